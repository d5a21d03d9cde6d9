import { DomainError } from '../../../common/errors';
import { OidcKeys } from './oidc-keys';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('the keys of an OpenID provider', () => {
  let now: number;
  let reads: number;
  let kids: string[] | null;
  let keys: OidcKeys;
  const known = async (kid: string): Promise<string[]> =>
    (await keys.with(kid)).keys.map((key) => String(key.kid));
  const unavailable = expect.objectContaining({ code: 'PROVIDER.UNAVAILABLE' }) as DomainError;

  beforeEach(async () => {
    [now, reads, kids] = [0, 0, ['one']];
    keys = new OidcKeys(
      () => {
        reads++;
        return kids === null
          ? Promise.reject(new DomainError('PROVIDER.UNAVAILABLE'))
          : Promise.resolve({ keys: kids.map((kid) => ({ kid })) });
      },
      () => now,
    );
    await known('one');
  });

  it('serve for a day while they cannot be read, and not a moment longer (J: JWKS down)', async () => {
    kids = null;
    for (const age of [MINUTE, 5 * MINUTE, HOUR, 24 * HOUR - 1]) {
      now = age;
      expect(await known('one')).toEqual(['one']);
    }
    now = 24 * HOUR;
    await expect(known('one')).rejects.toEqual(unavailable);
    kids = ['one'];
    expect(await known('one')).toEqual(['one']);
  });

  it('are read again for one that is not known, once in ten seconds (J: JWKS, unknown kid)', async () => {
    for (let i = 0; i < 100; i++) expect(await known('made-up')).toEqual(['one']);
    expect(reads).toBe(2);
    kids = ['one', 'two'];
    now = 10 * SECOND;
    expect(await known('two')).toEqual(['one', 'two']);
    expect(reads).toBe(3);
  });

  it('are an outage, and not unknown, where they could not be looked for (J: JWKS down)', async () => {
    kids = null;
    for (let i = 0; i < 100; i++) await expect(known('two')).rejects.toEqual(unavailable);
    expect(reads).toBe(2);
    expect(await known('one')).toEqual(['one']);
    kids = ['two'];
    now = 10 * SECOND;
    expect(await known('two')).toEqual(['two']);
  });

  it.each([[{}], [{ keys: 'one' }], [{ keys: [1] }], [null]])('are none in %j', async (answer) => {
    const empty = new OidcKeys(() => Promise.resolve(answer));
    await expect(empty.with('one')).rejects.toEqual(unavailable);
  });
});
