import { encode, TestIdp } from '../saml/test-idp';
import { outcomeOf, RETURN_TO, SamlBrowser } from '../saml/saml-browser';
import { about, type AuditedRoutes } from './audited-route';
import { NEW_PASSWORD } from './passwords';
import type { AuditedWorld } from './audited-world';
import { DIRECTORY_PASSWORD } from './directory-stand-in';

const idp = new TestIdp();
const METADATA =
  `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${idp.entityId}"><IDPSSODescriptor>` +
  `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` +
  idp.keys.certificatePem.replace(/-----[^-]+-----|\s/g, '') +
  '</X509Certificate></X509Data></KeyInfo></KeyDescriptor>' +
  '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>' +
  '</IDPSSODescriptor></EntityDescriptor>';

const inDirectory = (world: AuditedWorld, password = DIRECTORY_PASSWORD) => ({
  username: world.uniqueName(),
  password,
});

/** A sign-in by SAML that the provider has answered. */
async function aResponse(world: AuditedWorld, isUnasked = false) {
  const { slug } = await world.aProvider('saml', {
    entityId: idp.entityId,
    ssoUrl: 'https://idp.example/sso',
    idpCertificates: [idp.keys.certificatePem],
    attributes: { email: 'mail', username: 'uid', displayName: 'cn' },
    jitProvisioning: true,
  });
  const browser = new SamlBrowser(world.api, slug);
  const begun = await browser.begin();
  const name = world.uniqueName();
  const attributes = { uid: [name], mail: [`${name}@example.com`], cn: [name] };
  const request = { ...begun.request, ...(isUnasked && { inResponseTo: null }) };
  const response = encode(await idp.response(request, { nameId: name, attributes }));
  return { slug, browser, begun, response };
}

async function aCode(world: AuditedWorld) {
  const { browser, begun, response } = await aResponse(world);
  const { code } = outcomeOf(await browser.post(response, begun));
  return { code, codeVerifier: begun.codeVerifier };
}

/** Directories, identity providers, and signing in by way of them. */
export const PROVIDER_ROUTES: AuditedRoutes = {
  'POST /v1/identity-providers': about(['identity-provider.created'], (world) => {
    const slug = world.uniqueName();
    return { body: { kind: 'ldap', slug, name: slug, config: world.directory.config } };
  }),
  'PATCH /v1/identity-providers/{id}': about(['identity-provider.updated'], async (world) => {
    const { id, version } = await world.aDirectory();
    return { ids: [id], ifMatch: version, body: { name: 'Another name' } };
  }),
  'DELETE /v1/identity-providers/{id}': about(['identity-provider.deleted'], async (world) => {
    const { id, version } = await world.aDirectory();
    return { ids: [id], ifMatch: version };
  }),
  'POST /v1/identity-providers/{id}/test': about(['identity-provider.tested'], async (world) => ({
    ids: [(await world.aDirectory()).id],
  })),
  'POST /v1/identity-providers/saml-metadata': about([], () => ({ body: { xml: METADATA } })),

  'POST /v1/auth/ldap/{provider}/login': about(
    ['identity.linked', 'session.started', 'user.created'],
    async (world) => ({ ids: [(await world.aDirectory()).slug], body: inDirectory(world) }),
    {
      'a wrong password': {
        events: ['sign_in.failed'],
        call: async (world) => ({
          ids: [(await world.aDirectory()).slug],
          body: inDirectory(world, NEW_PASSWORD),
        }),
      },
    },
  ),
  'POST /v1/users/me/identities/{provider}': about(
    ['identity.linked'],
    async (world) => ({
      ids: [(await world.aDirectory()).slug],
      token: await world.aToken(),
      body: inDirectory(world),
    }),
    {
      'a wrong password': {
        events: ['sign_in.failed'],
        call: async (world) => ({
          ids: [(await world.aDirectory()).slug],
          token: await world.aToken(),
          body: inDirectory(world, NEW_PASSWORD),
        }),
      },
    },
  ),
  'DELETE /v1/users/me/identities/{provider}': about(['identity.unlinked'], async (world) => {
    const { slug } = await world.aDirectory();
    const token = await world.aToken();
    await world.api.post(`/v1/users/me/identities/${slug}`, inDirectory(world), { token });
    return { ids: [slug], token };
  }),
  'POST /v1/auth/saml/{provider}/acs': about(
    ['identity.linked', 'user.created'],
    async (world) => {
      const { slug, begun, response } = await aResponse(world);
      return {
        ids: [slug],
        headers: { cookie: begun.cookie },
        body: { SAMLResponse: response, RelayState: begun.relayState },
      };
    },
    {
      'another browser': {
        events: ['sso.refused'],
        call: async (world) => {
          const { slug, begun, response } = await aResponse(world);
          return { ids: [slug], body: { SAMLResponse: response, RelayState: begun.relayState } };
        },
      },
      'nobody asked': {
        events: ['sso.refused'],
        call: async (world) => {
          const { slug, response } = await aResponse(world, true);
          return { ids: [slug], body: { SAMLResponse: response } };
        },
      },
    },
  ),
  'POST /v1/auth/sso/logout': about(['session.ended'], async (world) => ({
    body: {
      refreshToken: (await world.signIn((await world.aUser()).username)).refreshToken,
      returnTo: RETURN_TO,
    },
  })),
  'POST /v1/auth/sso/exchange': about(['session.started'], async (world) => ({ body: await aCode(world) }), {
    'a spent code': {
      events: ['session.ended', 'sso.code-reused'],
      call: async (world) => {
        const body = await aCode(world);
        await world.api.post('/v1/auth/sso/exchange', body);
        return { body };
      },
    },
    'a wrong verifier': {
      events: ['sso.refused'],
      call: async (world) => ({ body: { ...(await aCode(world)), codeVerifier: 'x'.repeat(43) } }),
    },
  }),
};
