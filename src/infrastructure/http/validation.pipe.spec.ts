import type { ArgumentMetadata } from '@nestjs/common';
import { z } from 'zod';
import { DomainError } from '../../common/errors';
import { ValidationPipe } from './validation.pipe';

const pipe = new ValidationPipe();

function errorsOf(schema: z.ZodType, value: unknown, metadata: Omit<ArgumentMetadata, 'schema'>): unknown {
  try {
    return pipe.transform(value, { ...metadata, schema });
  } catch (error) {
    return (error as DomainError).options.errors;
  }
}

describe('ValidationPipe', () => {
  it('hands on what has no schema, untouched and at once', () => {
    const value = { any: 'thing' };
    expect(pipe.transform(value, { type: 'custom' })).toBe(value);
  });

  it('gives the parsed value, at once', () => {
    const schema = z.strictObject({ limit: z.coerce.number().default(5) });
    expect(pipe.transform({ limit: '7' }, { type: 'query', schema })).toEqual({ limit: 7 });
    expect(pipe.transform({}, { type: 'query', schema })).toEqual({ limit: 5 });
  });

  it('waits for a schema that must wait', async () => {
    const schema = z.string().refine((text) => Promise.resolve(text === 'right'));
    await expect(pipe.transform('right', { type: 'body', schema })).resolves.toBe('right');
    await expect(pipe.transform('wrong', { type: 'body', schema })).rejects.toBeInstanceOf(DomainError);
  });

  it('points into the body with a bare JSON Pointer, and to other places with a fragment', () => {
    const schema = z.strictObject({ a: z.strictObject({ 'b/c~d': z.number() }) });
    const value = { a: { 'b/c~d': 'x' } };
    expect(errorsOf(schema, value, { type: 'body' })).toMatchObject([{ pointer: '/a/b~1c~0d' }]);
    expect(errorsOf(schema, value, { type: 'query' })).toMatchObject([{ pointer: '#/query/a/b~1c~0d' }]);
    expect(errorsOf(z.uuid(), 'x', { type: 'param', data: 'id' })).toMatchObject([{ pointer: '#/path/id' }]);
    expect(errorsOf(schema, [], { type: 'body' })).toMatchObject([{ pointer: '' }]);
  });

  it('bounds what it says about unknown fields', () => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [String(i).repeat(1_000), 1]));
    const errors = errorsOf(z.strictObject({}), fields, { type: 'body' }) as { pointer: string }[];
    expect(errors).toHaveLength(20);
    expect(Math.max(...errors.map(({ pointer }) => pointer.length))).toBe(200);
  });
});
