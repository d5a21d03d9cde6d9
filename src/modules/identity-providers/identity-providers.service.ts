import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { GrantPolicy, type Principal } from '../../common/access';
import { DomainError } from '../../common/errors';
import type { Page } from '../../common/http';
import { CursorCodec, keysetPage } from '../../infrastructure/pagination';
import type {
  CreateIdentityProviderBody,
  ListIdentityProvidersQuery,
  UpdateIdentityProviderBody,
} from './dto/identity-provider.bodies';
import {
  IdentityProviderCreatedEvent,
  IdentityProviderDeletedEvent,
  IdentityProviderUpdatedEvent,
} from './events/identity-provider.events';
import { IdentityProvidersRepository, type StoredProvider } from './identity-providers.repository';
import { grantsOf } from './mapping/grants-of';
import { changedConfig } from './provider-config-change';
import { changesOf, factsOf } from './provider-facts';
import { PROVIDER_KINDS } from './provider-kinds';
import { ProviderSecrets } from './provider-secrets';
import { ProviderWriter } from './provider-writer';

const LIST = 'identity-providers';
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Which providers there are. Whoever points one at a server of their own decides what that server says: so they must
 * hold all that its mappings can give, at every write, and all that those hold who sign in by it.
 */
@Injectable()
export class IdentityProvidersService {
  constructor(
    private readonly providers: IdentityProvidersRepository,
    private readonly secrets: ProviderSecrets,
    private readonly grants: GrantPolicy,
    private readonly writer: ProviderWriter,
    private readonly cursors: CursorCodec,
  ) {}

  async list({ limit, cursor }: ListIdentityProvidersQuery): Promise<Page<StoredProvider>> {
    const afterId = cursor === undefined ? undefined : this.cursors.decode(LIST, cursor)[0];
    const rows = await this.providers.findPage(afterId ?? BEFORE_ALL, limit + 1);
    return keysetPage(rows, limit, ({ id }) => this.cursors.encode(LIST, [id]));
  }

  /** @throws DomainError `PROVIDER.NOT_FOUND` */
  async getById(id: string): Promise<StoredProvider> {
    const provider = await this.providers.findById(id);
    if (provider === null) throw new DomainError('PROVIDER.NOT_FOUND');
    return provider;
  }

  /**
   * @throws DomainError `PROVIDER.INVALID_CONFIG`, `PROVIDER.SLUG_TAKEN`, `PROVIDER.DOMAIN_TAKEN`, and as
   * {@link GrantPolicy}
   */
  async create(
    actor: Principal,
    { kind, config, ...content }: CreateIdentityProviderBody,
  ): Promise<StoredProvider> {
    const parsed = await PROVIDER_KINDS[kind].prepare(config);
    const id = uuidv7();
    return this.grants.whileGivable(actor, grantsOf(content.mappings), () =>
      this.writer.write(id, async () => {
        await this.providers.insert({ id, kind, ...content, ...this.secrets.seal(id, kind, parsed) });
        const event = new IdentityProviderCreatedEvent(id, changesOf({}, factsOf(kind, content, parsed)));
        return { result: await this.getById(id), event };
      }),
    );
  }

  /**
   * @throws DomainError `PROVIDER.NOT_FOUND`, `REQUEST.PRECONDITION_FAILED`, `PROVIDER.INVALID_CONFIG`,
   * `PROVIDER.SECRET_REQUIRED`, `PROVIDER.SLUG_TAKEN`, `PROVIDER.DOMAIN_TAKEN`, `RBAC.TARGET_MORE_PRIVILEGED`, and as
   * {@link GrantPolicy}
   */
  async update(
    actor: Principal,
    id: string,
    version: number,
    { config: change = {}, ...content }: UpdateIdentityProviderBody,
  ): Promise<StoredProvider> {
    const before = await this.getById(id);
    const { kind } = before;
    if (before.version !== version) throw new DomainError('REQUEST.PRECONDITION_FAILED');
    const after = { ...before, ...content };
    const configBefore = this.secrets.configOf(before);
    const config = await changedConfig(kind, configBefore, change);
    const next = { ...after, ...this.secrets.seal(id, kind, config) };
    return this.grants.whileGivable(actor, grantsOf(after.mappings), () =>
      this.writer.write(id, async () => {
        if (vouchesOtherwise(before, next))
          await this.grants.requireInReach(actor, await this.providers.findLinkedLocked(id));
        const written = await this.providers.update(next);
        if (!written) throw new DomainError('REQUEST.PRECONDITION_FAILED');
        const facts = changesOf(factsOf(kind, before, configBefore), factsOf(kind, after, config));
        return { result: await this.getById(id), event: new IdentityProviderUpdatedEvent(id, facts) };
      }),
    );
  }

  /**
   * A provider with linked accounts is disabled, not deleted: else nobody could tell whence their grants came.
   *
   * @throws DomainError `PROVIDER.NOT_FOUND`, `PROVIDER.IN_USE`, `REQUEST.PRECONDITION_FAILED`
   */
  delete(id: string, version: number): Promise<void> {
    return this.writer.write(id, async () => {
      const before = await this.getById(id);
      if (await this.providers.isUsed(id)) throw new DomainError('PROVIDER.IN_USE');
      if (!(await this.providers.delete(id, version))) throw new DomainError('REQUEST.PRECONDITION_FAILED');
      const facts = factsOf(before.kind, before, before.config);
      return { result: undefined, event: new IdentityProviderDeletedEvent(id, changesOf(facts, {})) };
    });
  }
}

/** Whether somebody else may be vouched for, or the same more surely. What is only secret says nothing of that. */
function vouchesOtherwise(before: StoredProvider, after: StoredProvider): boolean {
  return !(
    isDeepStrictEqual(before.config, after.config) &&
    isDeepStrictEqual(before.trustedMethods, after.trustedMethods)
  );
}
