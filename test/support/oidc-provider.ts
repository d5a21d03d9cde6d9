import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './service';

export const OIDC_PASSWORD = 'the password at the provider';

/** Panva's `oidc-provider`, certified by the OpenID Foundation, in a process of its own. */
export interface ForeignOidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs with a new key, and publishes the old one no more. */
  rotate(): Promise<void>;
  /** Takes connections and answers nothing. */
  freeze(): void;
  stop(): Promise<void>;
}

/** With `clientJwksUri` it knows the client by the keys that are published there, and by no secret. */
export async function startOidcProvider(
  redirectUri: string,
  clientJwksUri?: string,
): Promise<ForeignOidcProvider> {
  const port = await freePort();
  const client = { clientId: 'portcullis', clientSecret: 'a secret that both sides know, of 40 bytes' };
  const child = fork(join(__dirname, 'oidc-provider.process.mjs'), [], {
    execArgv: [],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      CLIENT_ID: client.clientId,
      CLIENT_SECRET: client.clientSecret,
      ...(clientJwksUri !== undefined && { CLIENT_JWKS_URI: clientJwksUri }),
      REDIRECT_URI: redirectUri,
      LOGOUT_URI: new URL('/v1/auth/sso/logged-out', redirectUri).href,
      PASSWORD: OIDC_PASSWORD,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const exited = once(child, 'exit');
  await Promise.race([once(child, 'message'), exited]);
  if (child.exitCode !== null) throw new Error(`oidc-provider did not start:\n${complaints}`);
  return {
    issuer: `http://127.0.0.1:${port}`,
    ...client,
    rotate: async () => {
      const rotated = once(child, 'message');
      child.send('rotate');
      await rotated;
    },
    freeze: () => void child.kill('SIGSTOP'),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
