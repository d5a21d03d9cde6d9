import { Injectable, StandardSchemaValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { DomainError, type FieldError } from '../../common/errors';

type Validate = (value: unknown) => Promise<Result> | Result;
interface Issue {
  readonly message: string;
  readonly code?: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
interface Result {
  readonly value?: unknown;
  readonly issues?: readonly Issue[] | undefined;
}

/** Validates what declares a schema, and says by JSON Pointer (RFC 6901) what is wrong, without repeating it. */
@Injectable()
export class ValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (metadata.schema === undefined) return value;
    this.stripProtoKeys(value);
    const validate = metadata.schema['~standard'].validate as Validate;
    const { issues, value: parsed } = await validate(value);
    if (issues === undefined) return parsed as T;
    throw new DomainError('REQUEST.MALFORMED', {
      errors: issues.map((issue) => toFieldError(issue, metadata)),
    });
  }
}

function toFieldError({ path = [], code, message }: Issue, { type, data }: ArgumentMetadata): FieldError {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  const named = data === undefined ? keys : [data, ...keys];
  const pointer = named.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { pointer: type === 'body' ? pointer : `#/${type}${pointer}`, code: code ?? 'invalid', message };
}
