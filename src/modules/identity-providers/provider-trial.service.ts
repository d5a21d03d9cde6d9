import { Injectable } from '@nestjs/common';
import { EventPublisher } from '../../common/events';
import type { ProviderDiagnosisResponse } from './dto/identity-provider.response';
import { IdentityProviderTestedEvent } from './events/identity-provider.events';
import { IdentityProvidersService } from './identity-providers.service';
import { ProviderDrivers } from './provider-drivers';
import { ProviderSecrets } from './provider-secrets';

/** Tries a stored provider out, enabled or not, and says in words what is wrong. */
@Injectable()
export class ProviderTrialService {
  constructor(
    private readonly providers: IdentityProvidersService,
    private readonly secrets: ProviderSecrets,
    private readonly drivers: ProviderDrivers,
    private readonly events: EventPublisher,
  ) {}

  /** @throws DomainError `PROVIDER.NOT_FOUND`, `PROVIDER.INVALID_CONFIG` */
  async test(id: string): Promise<ProviderDiagnosisResponse> {
    const driver = this.drivers.create(this.secrets.open(await this.providers.getById(id)));
    try {
      const steps = [...(await driver.test())];
      const ok = steps.every((step) => step.ok);
      await this.events.publish(new IdentityProviderTestedEvent(id, { ok: { after: ok } }));
      return { ok, steps };
    } finally {
      driver.dispose();
    }
  }
}
