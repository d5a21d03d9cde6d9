import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../common/access';
import { DomainError } from '../../../common/errors';
import { ProviderDirectory } from '../../identity-providers';
import type { StartedLinkingResponse } from '../dto/identity.schemas';
import { OidcSignInService } from '../oidc/oidc-sign-in.service';
import { SamlSignInService } from '../saml/saml-sign-in.service';
import type { FlowPurpose } from '../sso/sso-flow';
import { AccountLinks } from './account-links.service';

interface StartedLinking {
  readonly started: StartedLinkingResponse;
  /** Binds the flow to the browser of who asked: a link sent to somebody else would link them to this account. */
  readonly cookie: string;
}

/** Begins to link an identity that its owner proves in a browser. */
@Injectable()
export class IdentityLinkingService {
  constructor(
    private readonly providers: ProviderDirectory,
    private readonly links: AccountLinks,
    private readonly oidc: OidcSignInService,
    private readonly saml: SamlSignInService,
  ) {}

  /**
   * @throws DomainError `AUTH.RETURN_URL_NOT_REGISTERED`, `PROVIDER.NOT_FOUND`, `PROVIDER.UNAVAILABLE`,
   * `AUTH.SSO_FAILED`, `AUTH.TOKEN_REVOKED`
   */
  async start(principal: Principal, slug: string, returnTo: string): Promise<StartedLinking> {
    const purpose = { returnTo, link: await this.links.begin(principal), codeChallenge: '' };
    const provider = (await this.providers.list()).find((known) => known.slug === slug);
    if (provider?.kind === 'oidc') {
      const { url, cookie } = await this.oidc.begin(slug, purpose);
      return { started: { url, fields: null }, cookie };
    }
    if (provider?.kind === 'saml') return this.startSaml(slug, purpose);
    throw new DomainError('PROVIDER.NOT_FOUND');
  }

  private async startSaml(slug: string, purpose: FlowPurpose): Promise<StartedLinking> {
    const { request, cookie } = await this.saml.begin(slug, purpose);
    const started =
      request.binding === 'redirect'
        ? { url: request.url, fields: null }
        : { url: request.action, fields: request.fields };
    return { started, cookie };
  }
}
