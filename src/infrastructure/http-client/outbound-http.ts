import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type BlockList, type LookupFunction } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { outboundConfig } from '../../config/outbound.config';
import { isIn, isPublic, networks } from './addresses';

const MAX_BODY_BYTES = 1_048_576;

export interface OutboundRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request, wherever it has got to. */
  readonly signal: AbortSignal;
}

/** The address is none that this service calls. */
export class OutboundRefusedError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'OutboundRefusedError';
  }
}

/**
 * The one way to call others. Addresses that somebody has configured must not lead into our own network (SSRF): what
 * a name resolves to is judged, and exactly that is connected to. Follows no redirect, believes no proxy variable.
 */
@Injectable()
export class OutboundHttp {
  private readonly privateNetworks: BlockList;

  constructor(@Inject(outboundConfig.KEY) config: ConfigType<typeof outboundConfig>) {
    this.privateNetworks = networks(config.privateNetworks);
  }

  /** @throws OutboundRefusedError; Error where the network or the other side fails, or the body is too large */
  async fetch(address: string, { method, headers, body, signal }: OutboundRequest): Promise<Response> {
    const url = this.acceptable(address);
    const isAllowed = (ip: string): boolean =>
      isIn(this.privateNetworks, ip) || (url.protocol === 'https:' && isPublic(ip));
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address is connected to without a look-up.
    if (isIP(host) !== 0 && !isAllowed(host)) throw refusedAddress(host);
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const message = await new Promise<IncomingMessage>((answered, failed) => {
      const options = {
        method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        signal,
        agent: false,
        lookup: lookupAllowed(isAllowed),
      };
      send(url, options, answered).on('error', failed).end(body);
    });
    return toResponse(message, await readBody(message));
  }

  private acceptable(address: string): URL {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
      throw new OutboundRefusedError('it is no https:// address');
    if (url.username !== '' || url.password !== '') throw new OutboundRefusedError('it holds credentials');
    return url;
  }
}

/** Judges at the moment of connecting: a second look-up could be answered otherwise (DNS rebinding). */
function lookupAllowed(isAllowed: (ip: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        done(error, '');
        return;
      }
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      const [first] = allowed;
      if (first === undefined) done(refusedAddress(hostname), '');
      else if (options.all === true) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

function refusedAddress(host: string): OutboundRefusedError {
  return new OutboundRefusedError(
    `${host} is no public address, or none that is called without TLS (OUTBOUND_PRIVATE_NETWORKS)`,
  );
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream: no more of it is read.
    if (bytes > MAX_BODY_BYTES) throw new Error(`The answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function toResponse({ statusCode = 0, headers }: IncomingMessage, body: string): Response {
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  );
  // RFC 9110 §15: these have no body, and Response refuses one.
  const isBare = [101, 204, 205, 304].includes(statusCode);
  return new Response(isBare ? null : body, { status: statusCode, headers: plain });
}
