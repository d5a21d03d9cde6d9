import { Injectable } from '@nestjs/common';

/** A certificate that a way in depends on. */
export interface CertificateLife {
  /** The name of the identity provider in addresses. */
  readonly provider: string;
  readonly certificate: string;
  /** Whole days; negative where it has ended. */
  readonly daysLeft: number;
}

/** Every certificate that this process knows to end some day. Whoever knows some adds them, and is asked when somebody asks. */
@Injectable()
export class Certificates {
  private readonly sources: (() => readonly CertificateLife[])[] = [];

  addSource(source: () => readonly CertificateLife[]): void {
    this.sources.push(source);
  }

  /** Those that end soonest first. */
  list(): CertificateLife[] {
    return this.sources.flatMap((source) => source()).sort((a, b) => a.daysLeft - b.daysLeft);
  }

  /** Of each provider the one that ends first. */
  soonestByProvider(): CertificateLife[] {
    const seen = new Set<string>();
    return this.list().filter(({ provider }) => !seen.has(provider) && seen.add(provider));
  }
}
