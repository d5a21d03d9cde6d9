import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { AssuranceLevel } from '../../../common/access';
import { authConfig } from '../../../config/auth.config';
import { AccessService } from '../../rbac';
import { CredentialsService } from '../../users';

/** Who has to prove a second factor. */
@Injectable()
export class SecondFactorPolicy {
  constructor(
    @Inject(authConfig.KEY) private readonly config: ConfigType<typeof authConfig>,
    private readonly credentials: CredentialsService,
    private readonly access: AccessService,
  ) {}

  /** Of everybody where the configuration says so; else of whoever holds a role that does, directly or through a group. */
  async isRequiredOf(userId: string): Promise<boolean> {
    return this.config.mfaRequired || this.access.requiresMfa(userId);
  }

  /** What sensitive operations demand of the user: two kinds of factor where they have them, or must have them. */
  async levelOf(userId: string): Promise<AssuranceLevel> {
    if ((await this.credentials.findById(userId))?.mfaEnabled !== false) return 'aal2';
    return (await this.isRequiredOf(userId)) ? 'aal2' : 'aal1';
  }
}
