import { makeKeyPair } from '../saml/certificates';
import { RETURN_TO } from '../saml/saml-browser';
import { about, type AuditedRoutes } from './audited-route';

/** Linking by way of a browser. What is only begun is no change yet. */
export const LINKING_ROUTES: AuditedRoutes = {
  'POST /v1/users/me/identities/{provider}/start': about([], async (world) => {
    const slug = world.uniqueName();
    const config = {
      entityId: 'https://idp.example/metadata',
      ssoUrl: 'https://idp.example/sso',
      idpCertificates: [makeKeyPair().certificatePem],
      attributes: { email: 'mail', username: 'uid' },
    };
    const record = { kind: 'saml', slug, name: slug, config };
    await world.api.post('/v1/identity-providers', record, { token: world.admin.accessToken });
    return { ids: [slug], token: await world.aToken(), body: { returnTo: RETURN_TO } };
  }),
};
