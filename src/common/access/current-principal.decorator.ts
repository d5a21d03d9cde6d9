import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal } from './principal';

function principalOf(context: ExecutionContext): Principal | undefined {
  return context.switchToHttp().getRequest<FastifyRequest>().principal;
}

/** The authenticated principal of the request. Only on routes that authenticate; elsewhere a programming error. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const principal = principalOf(context);
  if (principal === undefined) throw new Error('@CurrentPrincipal() on a route that does not authenticate');
  return principal;
});

/** On routes that a pending sign-in may call too: undefined where the body brings a challenge. */
export const PrincipalIfAny = createParamDecorator((_: unknown, context: ExecutionContext) =>
  principalOf(context),
);
