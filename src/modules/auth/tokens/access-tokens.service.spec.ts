import type { ConfigType } from '@nestjs/config';
import { sign } from 'jsonwebtoken';
import type { authConfig } from '../../../config/auth.config';
import { Clock } from '../../../infrastructure/clock';
import type { SessionState } from '../../sessions';
import { AccessTokensService } from './access-tokens.service';
import type { KeyRing } from './key-ring';
import { generateSigningKey, VerificationKey, type SigningAlgorithm, type SigningKey } from './signing-key';
import { createPrivateKey } from 'node:crypto';

const NOW = 1_800_000_000;
const SESSION: SessionState = {
  id: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5f',
  userId: '0192f0c4-7b1e-7cc0-9d5e-3f6a1b2c4d5e',
  epoch: 1,
  methods: ['pwd'],
  acr: 'aal1',
  authTime: NOW,
  remainingSeconds: 3_600,
};

class FixedClock extends Clock {
  constructor(private readonly seconds: number) {
    super();
  }

  override nowMs(): number {
    return this.seconds * 1_000;
  }
}

class FakeKeyRing {
  private constructor(
    readonly signingKey: SigningKey,
    readonly verificationKey: VerificationKey,
  ) {}

  static async with(algorithm: SigningAlgorithm): Promise<FakeKeyRing> {
    const { kid, publicJwk, pkcs8 } = await generateSigningKey(algorithm);
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    return new FakeKeyRing({ kid, algorithm, privateKey }, new VerificationKey(kid, algorithm, publicJwk));
  }

  find(kid: string): Promise<VerificationKey | undefined> {
    return Promise.resolve(kid === this.verificationKey.kid ? this.verificationKey : undefined);
  }
}

const serviceOf = (ring: object, now = NOW) =>
  new AccessTokensService(
    { audience: 'portcullis', accessTtlSeconds: 900 } as ConfigType<typeof authConfig>,
    ring as KeyRing,
    { id: 'urn:portcullis:test' },
    new FixedClock(now),
  );

describe('AccessTokensService', () => {
  let es256: FakeKeyRing;
  let rs256: FakeKeyRing;

  beforeAll(async () => {
    [es256, rs256] = await Promise.all([FakeKeyRing.with('ES256'), FakeKeyRing.with('RS256')]);
  });

  it('verifies what it issued, with ES256 and with RS256', async () => {
    for (const ring of [es256, rs256]) {
      const { accessToken, expiresIn } = serviceOf(ring).issue(SESSION);
      const verified = await serviceOf(ring).verify(accessToken);
      expect(verified?.claims).toMatchObject({
        sub: SESSION.userId,
        sid: SESSION.id,
        iat: NOW,
        exp: NOW + 900,
      });
      expect([expiresIn, verified?.key]).toEqual([900, ring.verificationKey]);
    }
  });

  it('gives every token an id of its own', () => {
    const tokens = Array.from({ length: 100 }, () => serviceOf(es256).issue(SESSION).accessToken);
    expect(new Set(tokens).size).toBe(100);
  });

  it('holds a token for dead from the second of its exp on, and still knows its session', async () => {
    const { accessToken } = serviceOf(es256).issue(SESSION);
    expect(await serviceOf(es256, NOW + 899).verify(accessToken)).not.toBeNull();
    expect(await serviceOf(es256, NOW + 900).verify(accessToken)).toBeNull();
    expect(await serviceOf(es256, NOW + 90_000).sessionOf(accessToken)).toBe(SESSION.id);
  });

  it('believes a clock that is a minute ahead, and no more', async () => {
    const { accessToken } = serviceOf(es256).issue(SESSION);
    expect(await serviceOf(es256, NOW - 60).verify(accessToken)).not.toBeNull();
    expect(await serviceOf(es256, NOW - 61).verify(accessToken)).toBeNull();
  });

  it('refuses an algorithm that is not the one of the key', async () => {
    const { accessToken } = serviceOf(es256).issue(SESSION);
    const { kid, privateKey } = rs256.signingKey;
    const claims = (await serviceOf(es256).verify(accessToken))?.claims;
    const header = { alg: 'PS256', typ: 'at+jwt', kid };
    const other = sign(claims!, privateKey, { algorithm: 'PS256', header });
    await expect(serviceOf(rs256).keyFor(other)).rejects.toMatchObject({ code: 'AUTH.TOKEN_INVALID' });
    expect(await serviceOf(rs256).verify(other)).toBeNull();
  });

  it('says that it cannot tell, rather than no, when the key ring cannot be read', async () => {
    const { accessToken } = serviceOf(es256).issue(SESSION);
    const blind = { find: () => Promise.reject(new Error('connection refused')) };
    await expect(serviceOf(blind).verify(accessToken)).rejects.toThrow('connection refused');
  });

  it.each(['', 'a', 'a.b.c', '..', 'ptr_x'])('knows nothing of %j', async (token) => {
    expect([await serviceOf(es256).verify(token), await serviceOf(es256).sessionOf(token)]).toEqual([
      null,
      null,
    ]);
  });
});
