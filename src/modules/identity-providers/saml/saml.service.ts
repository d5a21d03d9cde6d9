import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { appConfig } from '../../../config/app.config';
import { Clock } from '../../../infrastructure/clock';
import type { ExternalProfile } from '../external-profile';
import type { ProviderOf } from '../identity-provider';
import { isVouchedFor } from '../vouched-address';
import { makeAuthnRequest, type AuthnRequest } from './authn-request';
import type { SamlIdentity } from './saml-identity';
import { SamlRefusal } from './saml-refusal';
import { SamlResponseStrategy } from './saml-response.strategy';
import { openEnvelope } from './response-guard';
import { samlSettings, type SamlSettings } from './saml-settings';
import { spMetadata } from './sp-metadata';
import { SpentAssertionsRepository } from './spent-assertions.repository';

type SamlProvider = ProviderOf<'saml'>;

/** SAML 2.0 as a service provider: the protocol, for providers as their records say. */
@Injectable()
export class SamlService {
  private readonly baseUrl: string;

  constructor(
    @Inject(appConfig.KEY) { baseUrl }: ConfigType<typeof appConfig>,
    private readonly clock: Clock,
    private readonly spent: SpentAssertionsRepository,
  ) {
    this.baseUrl = baseUrl;
  }

  request(provider: SamlProvider, relayState: string): Promise<AuthnRequest> {
    return makeAuthnRequest(this.settingsOf(provider), relayState);
  }

  metadata(provider: SamlProvider): string {
    return spMetadata(this.settingsOf(provider));
  }

  /**
   * What verifies one response. Its outcome is a {@link SamlIdentity}.
   *
   * @throws SamlRefusal where the response is not worth a verification.
   */
  strategyFor(provider: SamlProvider, samlResponse: string): SamlResponseStrategy {
    return SamlResponseStrategy.for(samlResponse, this.settingsOf(provider), this.clock.now());
  }

  /**
   * The request that a response says it answers. Not verified: good for refusing, and for nothing else.
   *
   * @throws SamlRefusal where the response is not worth a verification.
   */
  requestNamedIn(samlResponse: string): string | null {
    return openEnvelope(samlResponse).inResponseTo;
  }

  /**
   * Uses a verified assertion: once, and as the answer to `requestId` alone; where that is null, as the answer to
   * nobody.
   *
   * @throws SamlRefusal
   */
  async accept(
    provider: SamlProvider,
    identity: SamlIdentity,
    requestId: string | null,
  ): Promise<ExternalProfile> {
    if (identity.inResponseTo !== requestId) throw new SamlRefusal('unasked');
    const { assertionId, replayableUntil } = identity;
    const { entityId: issuer } = provider.config;
    if (!(await this.spent.spend(issuer, assertionId, replayableUntil))) throw new SamlRefusal('replayed');
    return profileOf(provider, identity);
  }

  private settingsOf({ slug, config }: SamlProvider): SamlSettings {
    return samlSettings(slug, config, this.baseUrl);
  }
}

function profileOf(provider: SamlProvider, identity: SamlIdentity): ExternalProfile {
  const { externalId, email, displayName, groups, attributes, authnContext } = identity;
  const proved = provider.config.contextMethods[authnContext ?? ''] ?? [];
  return {
    providerId: provider.id,
    externalId,
    username: identity.username ?? email ?? externalId,
    email,
    emailVerified: isVouchedFor(email, provider.domains),
    displayName,
    groups,
    attributes,
    methods: proved.filter((method) => provider.trustedMethods.includes(method)),
  };
}
