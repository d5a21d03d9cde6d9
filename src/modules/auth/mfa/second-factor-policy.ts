import { Injectable } from '@nestjs/common';
import type { AssuranceLevel } from '../../../common/access';
import { AccessService } from '../../rbac';
import { CredentialsService } from '../../users';

/** Who has to prove a second factor. */
@Injectable()
export class SecondFactorPolicy {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly access: AccessService,
  ) {}

  /** Whether a role of the user, held directly or through a group, requires a second factor. */
  isRequiredOf(userId: string): Promise<boolean> {
    return this.access.requiresMfa(userId);
  }

  /** What sensitive operations demand of the user: two kinds of factor where they have them, or must have them. */
  async levelOf(userId: string): Promise<AssuranceLevel> {
    if ((await this.credentials.findById(userId))?.mfaEnabled !== false) return 'aal2';
    return (await this.isRequiredOf(userId)) ? 'aal2' : 'aal1';
  }
}
