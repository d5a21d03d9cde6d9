import { setTimeout as sleep } from 'node:timers/promises';
import { generateSync } from 'otplib';
import type { ApiClient } from './api-client';
import type { ServiceProcess } from './service';
import { PASSWORD, type TestUser, type TwoServices } from './two-services';

const PERIOD_SECONDS = 30;
/** What is left of a time step must be enough for a slow machine to use a code of it. */
const ROOM_SECONDS = 8;

/** Where people enrol. */
type Surroundings = Pick<TwoServices, 'aUser' | 'sql'> & { readonly first: Pick<ServiceProcess, 'api'> };

export interface EnrolledUser extends TestUser {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  /** Of the session that enrolled: two kinds of factor, just proved. */
  readonly token: string;
  readonly refreshToken: string;
}

/** The code of an authenticator app, `steps` away from now, with time left to use it. */
export async function totpCode(secret: string, steps = 0): Promise<string> {
  const nowSeconds = (): number => Date.now() / 1_000;
  while (PERIOD_SECONDS - (nowSeconds() % PERIOD_SECONDS) < ROOM_SECONDS) await sleep(100);
  return generateSync({ secret, epoch: nowSeconds() + steps * PERIOD_SECONDS });
}

/** As if the last code had been accepted long ago: tests need not wait for the next step. */
export async function forgetLastStep(services: Pick<TwoServices, 'sql'>, userId: string): Promise<void> {
  await services.sql('UPDATE totp_factors SET last_step = 0 WHERE user_id = $1', [userId]);
}

/** Somebody with an authenticator app, whose next code can be used at once. */
export async function anEnrolledUser(services: Surroundings): Promise<EnrolledUser> {
  const { api } = services.first;
  const user = await services.aUser();
  const { accessToken: token, refreshToken } = await api.signIn(user.username, PASSWORD);
  const { secret } = (await api.post('/v1/users/me/mfa/totp', {}, { token })).body;
  const { status, body } = await api.post(
    '/v1/users/me/mfa/totp/confirm',
    { code: await totpCode(secret as string) },
    { token },
  );
  expect(status).toBe(200);
  await forgetLastStep(services, user.id);
  return { ...user, secret, recoveryCodes: body.recoveryCodes, token: body.accessToken, refreshToken };
}

/** The challenge of a right password. */
export async function challengeOf(api: ApiClient, username: string): Promise<string> {
  const { body } = await api.login(username, PASSWORD);
  expect(body).toEqual({
    status: 'mfa_required',
    challengeId: expect.any(String),
    methods: ['totp', 'recovery_code'],
  });
  return body.challengeId as string;
}

/** As if the session had begun so long ago. */
export async function ageSession(
  services: Pick<TwoServices, 'sql'>,
  sessionId: string,
  seconds: number,
): Promise<void> {
  await services.sql(
    'UPDATE sessions SET authenticated_at = authenticated_at - make_interval(secs => $2) WHERE id = $1',
    [sessionId, seconds],
  );
}

export function claimsOf(token: string): { auth_time: number; acr: string; amr: string[]; epoch: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
