import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { newDeviceToken, SecretBox, sha256 } from '../../../../infrastructure/crypto';
import type { UserCredentials } from '../../../users';
import type { SourceClass } from '../sign-in-attempts.repository';
import { DevicesRepository } from './devices.repository';

const CLASS_PREFIX = 'device:';

/**
 * Tells whoever has signed in before from those who only know a name. A device token is no credential: it gives its
 * bearer attempts of his own and nothing else, so that guesses from elsewhere do not keep the owner out. It is of an
 * epoch, and dies with whatever ends one: a new password, another second factor.
 */
@Injectable()
export class DevicesService {
  constructor(
    private readonly devices: DevicesRepository,
    private readonly box: SecretBox,
  ) {}

  /** The class of attempts of a sign-in; the same work whether or not there is an account, and whose the token is. */
  async sourceOf(account: UserCredentials | null, token: string | undefined): Promise<SourceClass> {
    if (token === undefined) return 'unknown';
    const device = await this.devices.find(sha256(token));
    const isKnown = device !== null && device.userId === account?.id && device.epoch === account.epoch;
    return isKnown ? `${CLASS_PREFIX}${device.id}` : 'unknown';
  }

  /** After full success, in its transaction. The new device's token; null where `source` is a device that lives on. */
  async remember(userId: string, epoch: number, source: SourceClass): Promise<string | null> {
    if (source.startsWith(CLASS_PREFIX)) {
      const known = { id: source.slice(CLASS_PREFIX.length), userId, epoch };
      if (await this.devices.isAlive(known)) return null;
    }
    const token = newDeviceToken(this.box);
    await this.devices.insert({ id: uuidv7(), userId, epoch, tokenHash: sha256(token) });
    return token;
  }
}
