import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../../infrastructure/clock';
import { Certificates, type CertificateLife } from '../../../infrastructure/dependencies';
import type { IdentityProvider } from '../identity-provider';
import { ProviderDirectory } from '../provider-directory';
import { daysLeft, endOf } from './certificate';
import { certificatesOf } from './certificates-of';

const INTERVAL_MS = 3_600_000;
const WARN_DAYS = 30;
const URGENT_DAYS = 3;

interface CertificateEnd {
  readonly certificate: string;
  readonly end: Date;
}

/**
 * Tells how long the certificates of providers last, and says daily which end soon. The keys in those of SAML providers
 * are believed past that day: they were given to us by an administrator, and SAML leaves their validity to us. A
 * rollover that nobody prepared stops every sign-in.
 */
@Injectable()
export class CertificateWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('IdentityProviders');
  /** To parse one takes long, and whoever asks for the health of the service would have all of them parsed. */
  private readonly ends = new WeakMap<IdentityProvider, readonly CertificateEnd[]>();
  /** How many days were left when it was last said, by provider. */
  private readonly said = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly providers: ProviderDirectory,
    private readonly clock: Clock,
    private readonly certificates: Certificates,
  ) {
    certificates.addSource(() => this.lives());
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.look();
    }, INTERVAL_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  look(): void {
    for (const { provider, daysLeft: days } of this.certificates.soonestByProvider())
      if (days <= WARN_DAYS) this.warn(provider, days);
  }

  private lives(): CertificateLife[] {
    const now = this.clock.now();
    return this.providers.known.flatMap((provider) =>
      this.endsOf(provider).map(({ certificate, end }) => ({
        provider: provider.slug,
        certificate,
        daysLeft: daysLeft(end, now),
      })),
    );
  }

  private endsOf(provider: IdentityProvider): readonly CertificateEnd[] {
    const known = this.ends.get(provider);
    if (known !== undefined) return known;
    const ends = certificatesOf(provider).flatMap(({ name, pem }) => readable(name, pem));
    this.ends.set(provider, ends);
    return ends;
  }

  private warn(slug: string, days: number): void {
    if (this.said.get(slug) === days) return;
    this.said.set(slug, days);
    const message = `A certificate of the identity provider "${slug}" ${days < 0 ? 'has expired' : `ends in ${days} days`}`;
    if (days <= URGENT_DAYS) this.logger.error(message);
    else this.logger.warn(message);
  }
}

/** What a directory's bundle holds is not checked before the directory is connected to. */
function readable(certificate: string, pem: string): CertificateEnd[] {
  try {
    return [{ certificate, end: endOf(pem) }];
  } catch {
    return [];
  }
}
