export { DomainError, type DomainErrorOptions, type FieldError } from './domain-error';
export { ERROR_CATALOGUE, type ErrorCode, type ErrorKind } from './error-catalogue';
