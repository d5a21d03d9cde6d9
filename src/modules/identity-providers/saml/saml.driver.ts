import { Injectable } from '@nestjs/common';
import { Clock } from '../../../infrastructure/clock';
import { daysLeft, endOf } from '../certificates/certificate';
import { certificatesOf } from '../certificates/certificates-of';
import type { ProviderOf } from '../identity-provider';
import type { DiagnosisStep, ProviderDriver, ProviderDriverFactory } from '../provider-driver';
import { ProviderDrivers } from '../provider-drivers';

const SOON_DAYS = 30;

/** SAML is spoken through the person's browser: without one, only certificates can be looked at. */
@Injectable()
export class SamlDriverFactory implements ProviderDriverFactory<'saml'> {
  readonly kind = 'saml';

  constructor(
    drivers: ProviderDrivers,
    private readonly clock: Clock,
  ) {
    drivers.register(this);
  }

  create(provider: ProviderOf<'saml'>): ProviderDriver {
    const diagnose = (): DiagnosisStep[] =>
      certificatesOf(provider).map(({ name, pem }) => this.inspect(name, pem));
    return { test: () => Promise.resolve(diagnose()), dispose: () => undefined };
  }

  private inspect(step: string, pem: string): DiagnosisStep {
    const days = daysLeft(endOf(pem), this.clock.now());
    if (days < 0) return { step, ok: false, message: 'The certificate has expired.' };
    const hint = days <= SOON_DAYS ? ' Arrange for the next one now.' : '';
    return { step, ok: true, message: `The certificate ends in ${days} days.${hint}` };
  }
}
