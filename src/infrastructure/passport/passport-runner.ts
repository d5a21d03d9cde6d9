import { Injectable } from '@nestjs/common';
import passport, { type Strategy } from 'passport';

/** What a Passport strategy made of an attempt. */
export type StrategyOutcome<Identity> =
  | { readonly kind: 'success'; readonly identity: Identity }
  | { readonly kind: 'fail'; readonly message: string | undefined };

type Authenticate = (request: object, response: object, next: (error: unknown) => void) => void;

/**
 * Runs a strategy from a handler, after validation, on a request of our own making: the strategy sees the fields
 * that were validated and nothing else (not the query string, no headers), and its outcome comes back as a value.
 */
@Injectable()
export class PassportRunner {
  run<Identity>(
    strategy: string | Strategy,
    body: Readonly<Record<string, unknown>>,
    options: Readonly<Record<string, string>> = {},
  ): Promise<StrategyOutcome<Identity>> {
    return new Promise((resolve, reject) => {
      const finish = (error: unknown, identity: Identity | false | undefined, info: unknown): void => {
        // Some strategies pass plain texts as errors.
        if (error !== null && error !== undefined) reject(asError(error));
        else resolve(identity ? { kind: 'success', identity } : { kind: 'fail', message: messageOf(info) });
      };
      const authenticate = passport.authenticate(
        strategy,
        { session: false, ...options },
        finish,
      ) as Authenticate;
      authenticate({ body, query: {}, headers: {} }, {}, reject);
    });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function messageOf(info: unknown): string | undefined {
  const { message } = (info ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : undefined;
}
