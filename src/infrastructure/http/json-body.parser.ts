import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors';

const MAX_DEPTH = 32;
const POISONOUS_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const UTF8_JSON = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** The only parser of bodies: JSON (RFC 8259) in UTF-8. Everything else is 415. */
export function useJsonBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parse(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function parse(request: FastifyRequest, body: Buffer): unknown {
  const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
  if (!UTF8_JSON.test(type) || encoding !== undefined)
    throw new DomainError('REQUEST.UNSUPPORTED_MEDIA_TYPE');
  if (body.length === 0) return undefined;
  const value = parseText(body);
  requireHarmless(value);
  return value;
}

function parseText(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new DomainError('REQUEST.MALFORMED', { detail: 'The body is not JSON in UTF-8.' });
  }
}

/**
 * Refuses what no field of ours may hold: NUL, which PostgreSQL cannot store, lone surrogates, which no encoding
 * can, keys that reach for a prototype, and nesting that only an attack needs. Iterative, so that depth is harmless.
 */
function requireHarmless(root: unknown): void {
  const pending: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string') requireText(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH)
      throw new DomainError('REQUEST.MALFORMED', { detail: 'The body is nested too deeply.' });
    for (const [key, child] of Object.entries(value)) {
      requireText(key);
      if (POISONOUS_KEYS.has(key))
        throw new DomainError('REQUEST.MALFORMED', { detail: 'The body has a forbidden key.' });
      pending.push({ value: child, depth: depth + 1 });
    }
  }
}

function requireText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new DomainError('REQUEST.MALFORMED', { detail: 'The body holds NUL or a lone surrogate.' });
  }
}
