import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors';

/** Deeper than any body of ours, and shallow enough for whatever walks one recursively. */
const MAX_DEPTH = 32;

/** NUL, which PostgreSQL cannot store, and halves of surrogate pairs, which no encoding can. */
const NO_TEXT = /[\0\p{Surrogate}]/u;

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;

/**
 * Parses a JSON body (RFC 8259) in UTF-8, whole and plain: no BOM, no compression, no key that reaches for a
 * prototype, no text that is not text. No bytes are no body, and what a handler then misses is for its schema
 * to say.
 *
 * @throws DomainError `REQUEST.MALFORMED` or `REQUEST.UNSUPPORTED_MEDIA_TYPE`.
 */
export function parseJsonBody(request: Pick<FastifyRequest, 'headers'>, body: Buffer): unknown {
  refuseForeignEncoding(request);
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformed('The body is not UTF-8.');
  const value = parse(body.toString('utf8'));
  refuseUnsafe(value, 0);
  return value;
}

/** @throws DomainError `REQUEST.UNSUPPORTED_MEDIA_TYPE` */
export function refuseForeignEncoding({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (charset.toLowerCase() !== 'utf-8' || encoding !== 'identity') {
    throw new DomainError('REQUEST.UNSUPPORTED_MEDIA_TYPE', {
      detail: 'Send the body in UTF-8, not compressed.',
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body, which may hold a password.
    throw malformed('The body is not JSON.');
  }
}

/** @throws DomainError `REQUEST.MALFORMED` */
export function refuseUnsafe(value: unknown, depth: number): void {
  if (typeof value === 'string') refuseNoText(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH) throw malformed('The body is nested too deeply.');
  for (const [key, child] of Object.entries(value)) {
    refuseNoText(key);
    if (key === '__proto__' || (key === 'constructor' && hasPrototype(child))) {
      throw malformed('The body holds a forbidden key.');
    }
    refuseUnsafe(child, depth + 1);
  }
}

function refuseNoText(text: string): void {
  if (NO_TEXT.test(text)) throw malformed('The body holds a NUL or half a surrogate pair.');
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

function malformed(detail: string): DomainError {
  return new DomainError('REQUEST.MALFORMED', { detail });
}
