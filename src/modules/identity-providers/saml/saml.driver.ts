import { Injectable } from '@nestjs/common';
import { Clock } from '../../../infrastructure/clock';
import type { ProviderOf } from '../identity-provider';
import type { DiagnosisStep, ProviderDriver, ProviderDriverFactory } from '../provider-driver';
import { ProviderDrivers } from '../provider-drivers';
import { daysLeft } from './certificates';

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

  create({ config }: ProviderOf<'saml'>): ProviderDriver {
    const { idpCertificates, signing, decryption } = config;
    const diagnose = (): DiagnosisStep[] => [
      ...idpCertificates.map((pem, index) => this.inspect(`provider certificate ${index + 1}`, pem)),
      ...(signing === undefined ? [] : [this.inspect('our signing certificate', signing.certificatePem)]),
      ...(decryption === undefined
        ? []
        : [this.inspect('our decryption certificate', decryption.certificatePem)]),
    ];
    return { test: () => Promise.resolve(diagnose()), dispose: () => undefined };
  }

  private inspect(step: string, pem: string): DiagnosisStep {
    const days = daysLeft(pem, this.clock.now());
    if (days < 0) return { step, ok: false, message: 'The certificate has expired.' };
    const hint = days <= SOON_DAYS ? ' Arrange for the next one now.' : '';
    return { step, ok: true, message: `The certificate ends in ${days} days.${hint}` };
  }
}
