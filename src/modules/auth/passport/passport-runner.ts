import { Injectable } from '@nestjs/common';
import passport, { type Strategy } from 'passport';

/** What a Passport strategy made of an attempt. */
export type StrategyOutcome<Identity> =
  { readonly kind: 'success'; readonly identity: Identity } | { readonly kind: 'fail' };

type Authenticate = (request: object, response: object, next: (error: unknown) => void) => void;

/**
 * Runs a strategy from a handler, after validation, on a request of our own making: the strategy sees the fields
 * that were validated and nothing else (not the query string, no headers), and its outcome comes back as a value.
 */
@Injectable()
export class PassportRunner {
  run<Identity>(
    strategy: string | Strategy,
    body: Readonly<Record<string, string>>,
  ): Promise<StrategyOutcome<Identity>> {
    return new Promise((resolve, reject) => {
      const finish = (error: unknown, identity: Identity | false | undefined): void => {
        if (error instanceof Error) reject(error);
        else resolve(identity ? { kind: 'success', identity } : { kind: 'fail' });
      };
      const authenticate = passport.authenticate(strategy, { session: false }, finish) as Authenticate;
      authenticate({ body, query: {}, headers: {} }, {}, reject);
    });
  }
}
