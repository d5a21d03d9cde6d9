import { Injectable, type OnModuleInit } from '@nestjs/common';
import { declaredPermissions } from '../../common/access';
import type { Page } from '../../common/http';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import type { ListPermissionsQuery } from './dto/permission.response';
import { PermissionsRepository, type Permission } from './permissions.repository';
import { PolicyWriter } from './policy-writer';

const LIST = 'permissions';

/**
 * Every permission that a role can name: what the code of any process declared, ever. Nothing is deleted, so that
 * old and new versions can run side by side and a bit never changes its meaning.
 */
@Injectable()
export class PermissionRegistry implements OnModuleInit {
  constructor(
    private readonly permissions: PermissionsRepository,
    private readonly writer: PolicyWriter,
    private readonly cursors: CursorCodec,
  ) {}

  /** @throws Error when a permission implies an unknown one. */
  async onModuleInit(): Promise<void> {
    const declared = [...declaredPermissions()].map(([name, { description, risk, implies = [] }]) => ({
      name,
      description,
      risk,
      implies,
    }));
    requireKnown(declared);
    const stored = new Map(
      (await this.permissions.findAll()).map((permission) => [permission.name, permission]),
    );
    if (declared.every((permission) => isSame(permission, stored.get(permission.name)))) return;
    await this.writer.write(async () => {
      await this.permissions.insertOrUpdate(declared);
      // Wildcards may cover more now.
      await this.writer.record('policy.roles', []);
    });
  }

  async list({ limit, cursor }: ListPermissionsQuery): Promise<Page<Permission>> {
    const afterName = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const rows = await this.permissions.findPage(afterName ?? '', limit + 1);
    return keysetPage(rows, limit, (last) => this.cursors.encode(LIST, [last.name]));
  }
}

function isSame(declared: Permission, stored: Permission | undefined): boolean {
  return (
    stored?.description === declared.description &&
    stored.risk === declared.risk &&
    stored.implies.join() === declared.implies.join()
  );
}

/** @throws Error when a permission implies one that nobody declares: a programming error that stops the boot. */
function requireKnown(declared: readonly Permission[]): void {
  for (const { name, implies } of declared) {
    const unknown = implies.find((other) => !declaredPermissions().has(other));
    if (unknown !== undefined) throw new Error(`"${name}" implies "${unknown}", which nobody declares`);
  }
}
