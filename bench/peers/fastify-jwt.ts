import { generateKeyPairSync } from 'node:crypto';
import jwt from '@fastify/jwt';
import { fastify } from 'fastify';

/*
 * @fastify/jwt at its fastest: the same algorithm as ours, and its cache of verified tokens. It knows no revocation,
 * no session and no permission.
 */

const CACHE_SIZE = 10_000;

async function main(): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const app = fastify();
  await app.register(jwt, {
    secret: { private: privateKey, public: publicKey },
    sign: { algorithm: 'ES256', expiresIn: '1h' },
    verify: { algorithms: ['ES256'], cache: CACHE_SIZE },
  });
  app.get('/ready', () => ({ status: 'ok' }));
  app.get('/no-op', { onRequest: (request) => request.jwtVerify() }, () => ({ status: 'ok' }));
  /** For the benchmark: the headers of that many callers, each with a token of its own. */
  app.get<{ Querystring: { count: string } }>('/callers', ({ query }) =>
    Array.from({ length: Number(query.count) }, (_, index) => ({
      authorization: `Bearer ${app.jwt.sign({ sub: String(index), jti: String(index) })}`,
    })),
  );
  await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
}

void main();
