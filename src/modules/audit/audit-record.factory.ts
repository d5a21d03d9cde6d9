import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { DomainEvent, EventContext } from '../../common/events';
import { canonicalName } from '../../common/validation';
import { Clock } from '../../infrastructure/clock';
import { SecretBox } from '../../infrastructure/crypto';
import { AuditKeyRing } from './audit-key-ring';
import type { AuditKeyOwner } from './audit-keys.repository';
import type { AuditRecord } from './audit-record';
import { actorKeyOwner, actorPersonalOf, placeOf, targetKeyOwner } from './personal-data';
import { sealPersonal } from './personal-cipher';

interface Sealed {
  readonly keyId: string | null;
  readonly personal: Buffer | null;
}

/** Turns a fact into what the trail keeps of it: ids in the clear, what tells about a person encrypted. */
@Injectable()
export class AuditRecordFactory {
  constructor(
    private readonly keys: AuditKeyRing,
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  async create(event: DomainEvent, context: EventContext): Promise<AuditRecord> {
    const id = uuidv7();
    const month = this.clock.now().toISOString().slice(0, 7);
    const { actor, requestId, sessionId, ip } = context;
    const { target, typedName } = event;
    const monthKey = `${month}-01`;
    const behind = actorPersonalOf(event, context);
    const aboutActor = await this.seal(actorKeyOwner(actor, monthKey), placeOf(id, 'actor'), behind);
    const owner = targetKeyOwner(target, actor, monthKey);
    const aboutTarget = await this.seal(owner, placeOf(id, 'target'), event.personalChanges ?? null);
    return {
      id,
      action: event.name,
      outcome: event.outcome,
      reason: event.reason ?? null,
      actorType: actor.type,
      actorId: actor.id,
      targetType: target.type,
      targetId: target.id,
      changes: event.changes === undefined ? null : JSON.stringify(event.changes),
      requestId,
      sessionId,
      actorKeyId: aboutActor.keyId,
      actorPersonal: aboutActor.personal,
      targetKeyId: aboutTarget.keyId,
      targetPersonal: aboutTarget.personal,
      ipDigest: ip === null ? null : this.box.authenticate(`audit-ip:${month}`, ip),
      typedNameDigest: typedName === undefined ? null : this.digestOfName(typedName, month),
    };
  }

  private async seal(owner: AuditKeyOwner, place: string, personal: object | null): Promise<Sealed> {
    if (personal === null) return { keyId: null, personal: null };
    const { id, key } = await this.keys.getOrCreate(owner);
    return { keyId: id, personal: sealPersonal(key, place, personal) };
  }

  private digestOfName(typedName: string, month: string): Buffer {
    return this.box.authenticate(`audit-typed-name:${month}`, canonicalName(typedName));
  }
}
