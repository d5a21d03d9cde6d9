import { Injectable } from '@nestjs/common';
import { Clock } from '../../infrastructure/clock';
import { SecretBox } from '../../infrastructure/crypto';

/** As many months as one search looks into. */
const MAX_MONTHS = 13;

/** Addresses are found by keyed digests, and the key belongs to the month: nobody can follow one for longer. */
@Injectable()
export class IpDigests {
  constructor(
    private readonly box: SecretBox,
    private readonly clock: Clock,
  ) {}

  /** Those that events of the range may carry; of its last months where it is long. */
  ofRange(ip: string, from: string | undefined, to: string | undefined): Buffer[] {
    const last = to === undefined ? this.clock.now() : new Date(to);
    const earliest = from === undefined ? '' : monthOf(new Date(from));
    return Array.from({ length: MAX_MONTHS }, (_, back) =>
      monthOf(new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - back))),
    )
      .filter((month) => month >= earliest)
      .flatMap((month) => this.box.authenticateUnderAll(`audit-ip:${month}`, ip));
  }
}

function monthOf(time: Date): string {
  return time.toISOString().slice(0, 7);
}
