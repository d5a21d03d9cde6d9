import type { ExecutionContext } from '@nestjs/common';
import {
  RequireAuth,
  type AssuranceLevel,
  type Principal,
  type RequiredAssurance,
} from '../../../common/access';
import { type DomainError } from '../../../common/errors';
import type { SecondFactorPolicy } from '../mfa/second-factor-policy';
import { AssuranceGuard } from './assurance.guard';
import { StepUpAssurance } from './step-up-assurance';

const NOW = 1_800_000_000;

function guardOf(level: AssuranceLevel): AssuranceGuard {
  const secondFactors = { levelOf: () => Promise.resolve(level) } as unknown as SecondFactorPolicy;
  const clock = { now: () => new Date(NOW * 1_000), nowMs: () => NOW * 1_000, nowSeconds: () => NOW };
  return new AssuranceGuard(new StepUpAssurance(secondFactors, clock));
}

function requestFor(
  required: RequiredAssurance | undefined,
  principal?: Partial<Principal>,
): ExecutionContext {
  const handler = (): void => undefined;
  if (required !== undefined) RequireAuth(required)({}, 'handler', { value: handler });
  return {
    getHandler: () => handler,
    getArgByIndex: () => ({ principal }),
  } as unknown as ExecutionContext;
}

const refusal = async (answer: boolean | Promise<boolean>): Promise<DomainError | undefined> => {
  try {
    expect(await answer).toBe(true);
    return undefined;
  } catch (error) {
    return error as DomainError;
  }
};

describe('AssuranceGuard', () => {
  it('lets a route that demands nothing pass at once', () => {
    expect(guardOf('aal2').canActivate(requestFor(undefined))).toBe(true);
  });

  it('shuts a demanding route where nobody authenticated', () => {
    expect(guardOf('aal1').canActivate(requestFor({ acr: 'strongest' }))).toBe(false);
  });

  it.each([
    ['two kinds of factor, just now', 'aal2', 0, true],
    ['two kinds of factor, at the limit', 'aal2', 300, true],
    ['two kinds of factor, a second too long ago', 'aal2', 301, false],
    ['one kind of factor, just now', 'aal1', 0, false],
  ] as const)('decides on %s where aal2 is demanded', async (_, acr, age, passes) => {
    const request = requestFor({ acr: 'aal2', maxAge: 300 }, { acr, authTime: NOW - age });
    const error = await refusal(guardOf('aal1').canActivate(request));
    expect(error?.code).toBe(passes ? undefined : 'AUTH.INSUFFICIENT_USER_AUTHENTICATION');
    expect(error?.options.extensions).toEqual(passes ? undefined : { acrValues: 'aal2', maxAge: 300 });
  });

  it.each([
    ['passes', 'aal1', 'aal1', true],
    ['passes', 'aal2', 'aal2', true],
    ['refuses', 'aal2', 'aal1', false],
  ] as const)('%s a subject whose strongest is %s and who proved %s', async (_, strongest, acr, passes) => {
    const request = requestFor({ acr: 'strongest' }, { acr, authTime: 0 });
    expect((await refusal(guardOf(strongest).canActivate(request))) === undefined).toBe(passes);
  });
});
