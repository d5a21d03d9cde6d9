import { Injectable } from '@nestjs/common';
import type { AssuranceLevel } from '../../../common/access';
import { CredentialsService } from '../../users';

/** Who has to prove a second factor. */
@Injectable()
export class SecondFactorPolicy {
  constructor(private readonly credentials: CredentialsService) {}

  /** The strongest level that the user can reach, and so the one that sensitive operations demand of them. */
  async levelOf(userId: string): Promise<AssuranceLevel> {
    return (await this.credentials.findById(userId))?.mfaEnabled === false ? 'aal1' : 'aal2';
  }
}
