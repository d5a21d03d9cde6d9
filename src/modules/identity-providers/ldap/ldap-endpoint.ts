import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { LdapConfig } from './ldap-config';
import { startTlsSocket } from './start-tls';

const CONNECT_TIMEOUT_MS = 1_500;
const OPERATION_TIMEOUT_MS = 3_000;

/** How an LDAP client gets to one server of a directory, by whichever of the three ways its record names. */
export interface Endpoint {
  readonly url: string;
  readonly tlsOptions?: ConnectionOptions;
  readonly connectTimeout: number;
  readonly timeout: number;
}

/** For `connections` connections, at most. @throws Error where StartTLS is not to be had. */
export async function endpointOf(
  config: LdapConfig,
  url: string,
  connections: number,
  signal: AbortSignal,
): Promise<Endpoint> {
  const limits = { connectTimeout: CONNECT_TIMEOUT_MS, timeout: OPERATION_TIMEOUT_MS };
  if (config.tls === 'none') return { url, ...limits };
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const verification = {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
    host,
    ...(config.caPem !== undefined && { ca: config.caPem }),
  };
  if (config.tls === 'ldaps') return { url, tlsOptions: verification, ...limits };
  const number = port === '' ? 389 : Number(port);
  const sockets: Socket[] = [];
  for (let n = 0; n < connections; n++) sockets.push(await startTlsSocket(host, number, signal));
  // Told that it is LDAPS, a client sends nothing but over TLS; each of its connections takes one of the sockets.
  const tlsOptions = {
    ...verification,
    get socket(): Socket | undefined {
      return sockets.pop();
    },
  };
  return { url: `ldaps://${hostname}:${number}`, tlsOptions: tlsOptions, ...limits };
}
