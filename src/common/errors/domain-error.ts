import { ERROR_CATALOGUE, type ErrorCode, type ErrorKind } from './error-catalogue';

/** One thing that is wrong with the input, by JSON Pointer (RFC 6901) into the body, or `#/query/…`, `#/path/…`. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

export interface DomainErrorOptions {
  /** For the client: says what to do. Never holds a secret, nor what the caller may not know. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Seconds after which a retry makes sense. */
  readonly retryAfterSeconds?: number;
  /** Additional members of the problem (RFC 9457 §3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An expected failure. Whoever throws it knows nothing of HTTP; the problem filter does. */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly title: string;
  readonly options: DomainErrorOptions;

  constructor(
    readonly code: ErrorCode,
    options: DomainErrorOptions = {},
  ) {
    super(options.detail ?? ERROR_CATALOGUE[code].title, { cause: options.cause });
    this.name = new.target.name;
    this.kind = ERROR_CATALOGUE[code].kind;
    this.title = ERROR_CATALOGUE[code].title;
    this.options = options;
  }
}
