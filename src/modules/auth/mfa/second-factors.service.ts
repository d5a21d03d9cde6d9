import { Injectable } from '@nestjs/common';
import { RecoveryCodes } from './recovery-codes.service';
import { TotpFactors } from './totp-factors.service';

export const SECOND_FACTOR_METHODS = ['totp', 'recovery_code'] as const;
export type SecondFactorMethod = (typeof SECOND_FACTOR_METHODS)[number];

/** A code that was right when it was looked at, and has still to be spent. */
export type SecondFactorProof =
  | { readonly method: 'totp'; readonly step: number }
  | { readonly method: 'recovery_code'; readonly hash: Buffer };

/** Judges the codes of second factors. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly totp: TotpFactors,
    private readonly recoveryCodes: RecoveryCodes,
  ) {}

  /** Looks, and spends nothing: whoever is locked out must not burn codes. Null where the code is wrong. */
  async match(userId: string, method: SecondFactorMethod, code: string): Promise<SecondFactorProof | null> {
    if (method === 'totp') {
      const step = await this.totp.match(userId, code);
      return step === null ? null : { method, step };
    }
    const hash = await this.recoveryCodes.match(userId, code);
    return hash === null ? null : { method, hash };
  }

  /** In the transaction of what the code is for. False when it was spent meanwhile: of all racers one gets true. */
  spend(userId: string, proof: SecondFactorProof): Promise<boolean> {
    return proof.method === 'totp'
      ? this.totp.spend(userId, proof.step)
      : this.recoveryCodes.spend(userId, proof.hash);
  }
}
