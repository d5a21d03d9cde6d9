import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DomainError } from '../../../common/errors';
import { EventPublisher } from '../../../common/events';
import { signingKeysConfig } from '../../../config/signing-keys.config';
import { ChangeFeed } from '../../../infrastructure/change-feed';
import { SecretBox } from '../../../infrastructure/crypto';
import { Database } from '../../../infrastructure/database';
import {
  SigningKeyActivatedEvent,
  SigningKeyPublishedEvent,
  SigningKeyRemovedEvent,
  SigningKeyRevokedEvent,
} from '../events/signing-key.events';
import {
  stepsDue,
  stepsToAlgorithm,
  stepsToRevoke,
  stepsToRevokeAll,
  stepsToRotate,
  type RingStep,
} from './ring-steps';
import { generateSigningKey } from './signing-key';
import { SIGNING_KEY_PURPOSE, SigningKeysRepository, type SigningKeyRow } from './signing-keys.repository';

/** Changes of the key ring. Each is planned under a lock, so that of several processes that see it due one makes it. */
@Injectable()
export class SigningKeysService {
  constructor(
    @Inject(signingKeysConfig.KEY) private readonly config: ConfigType<typeof signingKeysConfig>,
    private readonly keys: SigningKeysRepository,
    private readonly box: SecretBox,
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly events: EventPublisher,
  ) {}

  /** The ring in the order of its making, with the keys that were revoked a short while ago. */
  list(): Promise<SigningKeyRow[]> {
    return this.keys.findAll();
  }

  /** Publishes the key that signs once every verifier can know it; does nothing while one is on its way. */
  rotate(): Promise<void> {
    return this.change(stepsToRotate);
  }

  /**
   * Kills every token of a key at once. Where it is the one that signs, the next one, or a new one, signs from now on.
   *
   * @throws DomainError `AUTH.SIGNING_KEY_NOT_FOUND`
   */
  revoke(kid: string): Promise<void> {
    return this.change((ring) => {
      if (!ring.some((key) => key.kid === kid)) throw new DomainError('AUTH.SIGNING_KEY_NOT_FOUND');
      return stepsToRevoke(ring, kid);
    });
  }

  /** Kills every access token there is. A new key signs from now on. */
  revokeAll(): Promise<void> {
    return this.change(stepsToRevokeAll);
  }

  /** Does what time asks for: the first key, the next one, its turn, the end of a spent one. */
  async advance(): Promise<void> {
    const plan = (ring: SigningKeyRow[]): RingStep[] => stepsDue(ring, this.config);
    if (plan(await this.keys.findAll()).length > 0) await this.change(plan);
  }

  /** Lets the configured algorithm take over, as any rotation does. At start only: processes may differ for a while. */
  async adoptAlgorithm(): Promise<void> {
    const plan = (ring: SigningKeyRow[]): RingStep[] => stepsToAlgorithm(ring, this.config.algorithm);
    if (plan(await this.keys.findAll()).length > 0) await this.change(plan);
  }

  private async change(plan: (ring: SigningKeyRow[]) => RingStep[]): Promise<void> {
    await this.database.transaction(async () => {
      await this.keys.lock();
      const changed: string[] = [];
      for (const step of plan(await this.keys.findAll())) changed.push(await this.take(step));
      if (changed.length > 0) await this.feed.append('signing-keys', changed);
    });
  }

  /** The id of the key that the step was about. */
  private async take(step: RingStep): Promise<string> {
    switch (step.kind) {
      case 'generate':
        return this.generate(step.status);
      case 'activate':
        await this.keys.setStatus(step.kid, 'active');
        await this.events.publish(new SigningKeyActivatedEvent(step.kid));
        return step.kid;
      case 'retire':
        await this.keys.setStatus(step.kid, 'retiring');
        return step.kid;
      case 'revoke':
        await this.keys.setStatus(step.kid, 'revoked');
        await this.events.publish(new SigningKeyRevokedEvent(step.kid));
        return step.kid;
      case 'remove':
        await this.keys.delete(step.kid);
        await this.events.publish(new SigningKeyRemovedEvent(step.kid));
        return step.kid;
    }
  }

  private async generate(status: 'next' | 'active'): Promise<string> {
    const { kid, algorithm, publicJwk, pkcs8 } = await generateSigningKey(this.config.algorithm);
    const privateKeyCiphertext = this.box.seal(SIGNING_KEY_PURPOSE, pkcs8, kid);
    await this.keys.insert({ kid, algorithm, publicJwk, privateKeyCiphertext, status });
    await this.events.publish(new SigningKeyPublishedEvent(kid));
    if (status === 'active') await this.events.publish(new SigningKeyActivatedEvent(kid));
    return kid;
  }
}
