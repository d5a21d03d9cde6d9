import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../common/errors';
import { refuseForeignEncoding, refuseUnsafe } from './json-body.parser';

/**
 * Parses a form body, to the same standard as a JSON one. A name that comes twice is refused: who reads which of the
 * two would be anybody's guess (RFC 6749 §3.2).
 *
 * @throws DomainError `REQUEST.MALFORMED` or `REQUEST.UNSUPPORTED_MEDIA_TYPE`.
 */
export function parseFormBody(
  request: Pick<FastifyRequest, 'headers'>,
  body: Buffer,
): Readonly<Record<string, string>> {
  refuseForeignEncoding(request);
  if (!isUtf8(body)) throw new DomainError('REQUEST.MALFORMED', { detail: 'The body is not UTF-8.' });
  const fields = [...new URLSearchParams(body.toString('utf8'))];
  if (new Set(fields.map(([name]) => name)).size < fields.length) {
    throw new DomainError('REQUEST.MALFORMED', { detail: 'A field of the form comes twice.' });
  }
  const form = Object.fromEntries(fields);
  refuseUnsafe(form, 0);
  return form;
}
