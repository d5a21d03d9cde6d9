import { BadRequestException, ImATeapotException, NotFoundException } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { toDomainError } from './framework-errors';

const fastifyError = (code: string, statusCode: number): Error =>
  Object.assign(new Error('told by Fastify'), { code, statusCode });

describe('toDomainError', () => {
  it('leaves our own errors as they are', () => {
    const error = new DomainError('USER.NOT_FOUND');
    expect(toDomainError(error)).toBe(error);
  });

  it.each<[string, unknown, string]>([
    ['a route that Nest does not know', new NotFoundException('Cannot GET /x'), 'REQUEST.NOT_FOUND'],
    ['what Nest calls bad', new BadRequestException(), 'REQUEST.MALFORMED'],
    ['a large body', fastifyError('FST_ERR_CTP_BODY_TOO_LARGE', 413), 'REQUEST.TOO_LARGE'],
    ['a foreign type', fastifyError('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415), 'REQUEST.UNSUPPORTED_MEDIA_TYPE'],
    ['a broken address', fastifyError('FST_ERR_BAD_URL', 400), 'REQUEST.MALFORMED'],
    ['a lost database', Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'SERVICE.UNAVAILABLE'],
    ['a bug', new TypeError('x is not a function'), 'SERVICE.INTERNAL_ERROR'],
    ['a status that we never use', new ImATeapotException(), 'SERVICE.INTERNAL_ERROR'],
    ['an error of others that has a status', { statusCode: 404 }, 'SERVICE.INTERNAL_ERROR'],
    ['undefined', undefined, 'SERVICE.INTERNAL_ERROR'],
  ])('knows %s', (_, exception, code) => {
    const error = toDomainError(exception);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(exception);
    expect(error.options.detail).toBeUndefined();
  });
});
