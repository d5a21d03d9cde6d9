import { Buffer } from 'node:buffer';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { URLSearchParams } from 'node:url';
import { Provider } from 'oidc-provider';

const { PORT, CLIENT_ID, CLIENT_SECRET, CLIENT_JWKS_URI, REDIRECT_URI, LOGOUT_URI, PASSWORD } = process.env;
const ISSUER = `http://127.0.0.1:${PORT}`;
let provider = aProvider();
let serve = provider.callback();

createServer((request, response) => {
  if (request.url.startsWith('/interaction/')) void interact(request, response);
  else serve(request, response);
}).listen(Number(PORT), '127.0.0.1', () => process.send('listening'));

process.on('message', () => {
  provider = aProvider();
  serve = provider.callback();
  process.send('rotated');
});
// Whoever started this is gone.
process.on('disconnect', () => process.exit());

function aKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

/** With a signing key that nobody has seen. */
function aProvider() {
  return new Provider(ISSUER, {
    clients: [
      {
        client_id: CLIENT_ID,
        ...(CLIENT_JWKS_URI === undefined
          ? { client_secret: CLIENT_SECRET }
          : { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: CLIENT_JWKS_URI }),
        redirect_uris: [REDIRECT_URI],
        post_logout_redirect_uris: [LOGOUT_URI],
      },
    ],
    jwks: { keys: [aKey()] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    // Its own way out leads to no address of this machine, where the client's keys are.
    fetch: (url, { dispatcher: _, ...options }) => globalThis.fetch(url, options),
    cookies: { keys: [randomUUID()] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: 'Grace Hopper',
        preferred_username: id,
        email: `${id}@corp.example`,
        email_verified: true,
      }),
    }),
    // People agreed when they joined the organisation.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        accountId: oidc.session.accountId,
        clientId: oidc.client.clientId,
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
}

/** The page that asks for name and password. */
async function interact(request, response) {
  await provider.interactionDetails(request, response);
  if (request.method === 'POST') {
    const form = new URLSearchParams(await textOf(request));
    if (form.get('password') === PASSWORD) {
      const login = { accountId: form.get('username') };
      await provider.interactionFinished(request, response, { login });
      return;
    }
  }
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(
    '<!doctype html><title>Sign in</title><h1>Corporate sign-in</h1><form method="post">' +
      '<input name="username" placeholder="Name"><input name="password" type="password"><button>Sign in</button></form>',
  );
}

async function textOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
