import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../../infrastructure/clock';
import { ProviderDirectory } from '../provider-directory';
import { daysLeft } from './certificates';

const INTERVAL_MS = 3_600_000;
const WARN_DAYS = 30;
const URGENT_DAYS = 3;

/**
 * Says daily which certificates of SAML providers end soon. The keys in them are believed past that day: they were
 * given to us by an administrator, and SAML leaves their validity to us. A rollover that nobody prepared stops every
 * sign-in.
 */
@Injectable()
export class CertificateWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('IdentityProviders');
  /** How many days were left when it was last said, by provider. */
  private readonly said = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly providers: ProviderDirectory,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), INTERVAL_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async look(): Promise<void> {
    for (const provider of await this.providers.list()) {
      if (provider.kind !== 'saml') continue;
      const { idpCertificates, signing, decryption } = provider.config;
      const ours = [signing, decryption].flatMap((pair) => (pair === undefined ? [] : [pair.certificatePem]));
      const days = Math.min(...[...idpCertificates, ...ours].map((pem) => daysLeft(pem, this.clock.now())));
      if (days <= WARN_DAYS) this.warn(provider.slug, days);
    }
  }

  private warn(slug: string, days: number): void {
    if (this.said.get(slug) === days) return;
    this.said.set(slug, days);
    const message = `A certificate of the identity provider "${slug}" ${days < 0 ? 'has expired' : `ends in ${days} days`}`;
    if (days <= URGENT_DAYS) this.logger.error(message);
    else this.logger.warn(message);
  }
}
