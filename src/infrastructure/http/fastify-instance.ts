import { performance } from 'node:perf_hooks';
import type { ConfigType } from '@nestjs/config';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors';
import { acceptsForm, FORM_MEDIA_TYPE } from '../../common/http';
import type { appConfig } from '../../config/app.config';
import { allocateYoung } from './allocate-young';
import { answerClientError } from './client-error';
import { carryContext } from './carry-context';
import { CorsPolicy } from './cors';
import { parseFormBody } from './form-body.parser';
import { addressesIn } from './forwarded-for';
import { toDomainError } from './framework-errors';
import { parseJsonBody } from './json-body.parser';
import { statusOf } from './problem';
import type { RequestMeters } from './request-meters';
import { sendProblem } from './send-problem';
import { newRequestId } from './request-id';
import { applyRouteOptions } from './route-options';
import { standardHeaders } from './response-headers';

const MAX_BODY_BYTES = 100 * 1_024;

/** Who sends its headers or its body slower than this holds a connection for nothing. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
const TIMEOUT_CHECK_INTERVAL_MS = 2_000;
/** Longer than the idle time of the usual load balancers: the side that reuses a connection should close it. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** How far the life of the server has come. */
export interface Lifecycle {
  isDraining: boolean;
}

/**
 * A Fastify with our limits. Its hook is added before Nest adds its own, so that every answer carries the headers,
 * whoever gives it.
 */
export function createFastify(
  config: ConfigType<typeof appConfig>,
  lifecycle: Lifecycle,
  meters: RequestMeters,
): FastifyInstance {
  allocateYoung();
  const headers = standardHeaders(config.publicUrl);
  const instance = fastify({
    // Ours, never the client's: it is what logs and the audit trail are searched by.
    genReqId: newRequestId,
    requestIdHeader: false,
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
      // Node would refuse a request without Host by itself, with an empty body.
      requireHostHeader: false,
    },
    // A request on a connection that is still open is answered, not turned away, while the server ends.
    return503OnClosing: false,
    // RFC 9110 §9.3.2: whatever can be read answers HEAD, as GET without its body.
    exposeHeadRoutes: true,
    frameworkErrors: (error, request, reply) => {
      void reply.headers(headers).header('x-request-id', request.id);
      const refusal = toDomainError(error);
      meters.countRefused(statusOf(refusal.code), refusal.code);
      sendProblem(reply, refusal, request.id);
    },
    clientErrorHandler: (error, socket) => {
      answerClientError(headers, error, socket);
    },
  });
  // Node answers an expectation other than 100-continue with an empty 417; we may ignore it (RFC 9110 §10.1.1).
  instance.server.on('checkExpectation', (request, response) => {
    instance.server.emit('request', request, response);
  });
  if (config.trustedProxies.length > 0) cleanForwardedFor(instance);
  carryContext(instance);
  meters.attachTo(instance);
  instance.addHook('onRoute', applyRouteOptions);
  acceptJson(instance);
  acceptForms(instance);
  addRequestHook(instance, headers, new CorsPolicy(config.corsAllowedOrigins), lifecycle);
  return instance;
}

/**
 * Addresses are counted, compared and stored: before anybody asks for one, what is none is out of the header. The header
 * stays, even if nothing is left in it: it says that somebody asks for somebody else.
 */
function cleanForwardedFor(instance: FastifyInstance): void {
  instance.addHook('onRequest', ({ raw: { headers } }, _reply, done) => {
    const forwarded = headers['x-forwarded-for'];
    if (forwarded !== undefined) headers['x-forwarded-for'] = addressesIn(String(forwarded));
    done();
  });
}

/** Of forms, which any page can make a browser send, only where a route asks for them. */
function acceptForms(instance: FastifyInstance): void {
  instance.addContentTypeParser<Buffer>(FORM_MEDIA_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (!acceptsForm(request)) throw new DomainError('REQUEST.UNSUPPORTED_MEDIA_TYPE');
      done(null, parseFormBody(request, body));
    } catch (error) {
      done(error as DomainError);
    }
  });
}

function acceptJson(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseJsonBody(request, body));
    } catch (error) {
      done(error as DomainError);
    }
  });
}

/** Everything that happens to every request, in one hook: each further one costs every request a call. */
function addRequestHook(
  instance: FastifyInstance,
  headers: Readonly<Record<string, string>>,
  cors: CorsPolicy,
  lifecycle: Lifecycle,
): void {
  instance.addHook('onRequest', (request, reply, done) => {
    request.receivedAt = performance.now();
    void reply.headers(headers).header('x-request-id', request.id);
    if (lifecycle.isDraining) void reply.header('connection', 'close');
    if (isMalformed(request)) {
      done(new DomainError('REQUEST.MALFORMED'));
      return;
    }
    if (cors.isEnabled && cors.apply(request, reply)) return;
    done();
  });
}

/** A NUL in the address, or HTTP/1.1 without Host (RFC 9112 §3.2). */
function isMalformed({ raw }: FastifyRequest): boolean {
  return raw.url?.includes('%00') === true || (raw.headers.host === undefined && raw.httpVersionMinor === 1);
}
