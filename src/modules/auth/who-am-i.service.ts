import { Injectable } from '@nestjs/common';
import type { Principal } from '../../common/access';
import { PolicyService } from '../rbac';
import { UserSnapshotsService } from '../users';
import type { MeResponse } from './dto/auth.schemas';

/** What a subject may know of itself. */
@Injectable()
export class WhoAmIService {
  constructor(
    private readonly users: UserSnapshotsService,
    private readonly policy: PolicyService,
  ) {}

  /** @throws DomainError `USER.NOT_FOUND` */
  async describe({ subject, sessionId, authTime, acr, amr }: Principal): Promise<MeResponse> {
    const { username } = await this.users.get(subject);
    const permissions = await this.policy.effectivePermissions(subject);
    return { subject, username, sessionId, authTime, acr, amr: [...amr], permissions };
  }
}
