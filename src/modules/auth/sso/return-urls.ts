import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DomainError } from '../../../common/errors';
import { ssoConfig } from '../../../config/sso.config';

/** Where browsers may be sent when a sign-in is over. */
@Injectable()
export class ReturnUrls {
  private readonly registered: ReadonlySet<string>;

  constructor(@Inject(ssoConfig.KEY) config: ConfigType<typeof ssoConfig>) {
    this.registered = new Set(config.returnUrls);
  }

  /**
   * `wanted` if it is registered, and else the first that is: where somebody goes who comes from a provider's page.
   *
   * @throws DomainError `AUTH.RETURN_URL_NOT_REGISTERED` where none is registered
   */
  registeredOrFirst(wanted: string | undefined): string {
    const [first = ''] = this.registered;
    const returnTo = wanted !== undefined && this.registered.has(wanted) ? wanted : first;
    this.require(returnTo);
    return returnTo;
  }

  /**
   * RFC 9700 §4.1.3: compared as text, whole. No prefix, no pattern, no normalising, which two parsers may differ in.
   *
   * @throws DomainError `AUTH.RETURN_URL_NOT_REGISTERED`
   */
  require(returnTo: string): void {
    if (this.registered.has(returnTo)) return;
    const detail =
      this.registered.size === 0
        ? 'No return address is registered: the operator lists them in SSO_RETURN_URLS.'
        : 'returnTo must be one of the registered addresses, character by character.';
    throw new DomainError('AUTH.RETURN_URL_NOT_REGISTERED', { detail });
  }
}

/** `returnTo` is registered: its query, if it has one, stays. */
export function returnUrlWith(returnTo: string, answer: Readonly<Record<string, string>>): string {
  const url = new URL(returnTo);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return url.href;
}
