import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { DomainError } from '../errors';
import type { AssuranceLevel } from './principal';

/** What a route demands of the subject's last authentication (RFC 9470). */
export interface RequiredAssurance {
  /**
   * `aal2`: two kinds of factor, of everybody. `strongest`: two kinds of factor of every subject that has a second
   * one or must have one, and a single one of the others.
   */
  readonly acr: AssuranceLevel | 'strongest';
  /** Seconds since the subject last proved a factor, at most. */
  readonly maxAge?: number;
}

/**
 * What changes how somebody proves who they are, or cannot be undone, is for who proved just now, and as surely as they
 * can, that it is them.
 */
export const SENSITIVE: RequiredAssurance = { acr: 'strongest', maxAge: 300 };

/** The extension under which a route's demand reaches the OpenAPI document builder: it can answer 401. */
export const REQUIRED_ASSURANCE_EXTENSION = 'x-required-assurance';

const REQUIRED_ASSURANCE = Symbol('required-assurance');

/**
 * The subject must have authenticated as surely and as recently as that; else 401
 * `AUTH.INSUFFICIENT_USER_AUTHENTICATION`, to which `POST /v1/auth/step-up` is the answer. Comes beside the
 * decorator that says who may call the route, never instead of it.
 */
export function RequireAuth(required: RequiredAssurance): MethodDecorator {
  return applyDecorators(
    (_target: object, _key: string | symbol, descriptor: PropertyDescriptor) => {
      Reflect.defineMetadata(REQUIRED_ASSURANCE, required, descriptor.value as object);
    },
    ApiExtension(REQUIRED_ASSURANCE_EXTENSION, required),
  );
}

export function requiredAssuranceOf(handler: object): RequiredAssurance | undefined {
  return Reflect.getMetadata(REQUIRED_ASSURANCE, handler) as RequiredAssurance | undefined;
}

/** The refusal of RFC 9470 §3: names what a fresh authentication must reach. */
export function insufficientAuthentication(acr: AssuranceLevel, maxAge?: number): DomainError {
  return new DomainError('AUTH.INSUFFICIENT_USER_AUTHENTICATION', {
    detail: 'Prove who you are again, at /v1/auth/step-up, and repeat the request with the new access token.',
    extensions: { acrValues: acr, ...(maxAge !== undefined && { maxAge }) },
  });
}
