import { SAML_ATTACKS } from '../support/saml/attacks';
import { OTHER_RETURN_TO, outcomeOf, RETURN_TO, SamlBrowser } from '../support/saml/saml-browser';
import { startSamlServices, type SamlServices } from '../support/saml/saml-services';
import { encode, TestIdp, type ResponseOptions, type TestRequest } from '../support/saml/test-idp';
import type { ApiClient } from '../support/api-client';
import { PASSWORD } from '../support/two-services';

const ATTACKS = SAML_ATTACKS.filter(({ needsRequest }) => needsRequest !== true);

describe('a SAML response that nobody asked for (security.md I)', () => {
  const idp = new TestIdp();
  const config = {
    entityId: idp.entityId,
    ssoUrl: 'https://idp.example/sso',
    idpCertificates: [idp.keys.certificatePem],
    attributes: { email: 'mail', username: 'uid' },
  };
  const ids: Record<string, string> = {};
  let services: SamlServices;
  let browser: SamlBrowser;

  beforeAll(async () => {
    services = await startSamlServices();
    ids.portal = await services.aProvider('portal', { ...config, allowIdpInitiated: true });
    ids.corp = await services.aProvider('corp', config);
    browser = new SamlBrowser(services.first.api, 'portal');
  });

  afterAll(() => services.stop());

  const unasked = (slug = 'portal'): TestRequest => {
    const route = `http://127.0.0.1:9/v1/auth/saml/${slug}`;
    return { acsUrl: `${route}/acs`, audience: `${route}/metadata`, inResponseTo: null };
  };
  const aResponse = async (options: ResponseOptions = {}, request = unasked()): Promise<string> =>
    encode(await idp.response(request, { ...aPerson(), ...options }));
  const exchange = (code: string | null, codeVerifier: string | null) =>
    services.second.api.post('/v1/auth/sso/exchange', { code, codeVerifier });
  const lastRefusal = (slug = 'portal') => services.lastRefusal(ids[slug] ?? '');
  const expectRefused = async (answer: Response, reason: string, slug = 'portal'): Promise<void> => {
    expect([answer.status, answer.headers.get('location')]).toEqual([401, null]);
    await expect(lastRefusal(slug)).resolves.toBe(reason);
  };

  it('ends as any other sign-in, in a code for a client without a verifier', async () => {
    const answer = await browser.post(await aResponse(), {});
    expect(answer.headers.get('location')).toMatch(`${RETURN_TO}?unsolicited=true&code=`);
    const { status, body } = await exchange(outcomeOf(answer).code, null);
    expect([status, body.status]).toEqual([200, 'authenticated']);
  });

  it('brings no code that a client takes for the one it waits for', async () => {
    const { code } = outcomeOf(await browser.post(await aResponse(), {}));
    const { codeVerifier } = await browser.begin();
    expect((await exchange(code, codeVerifier)).body.code).toBe('AUTH.INVALID_CODE');
    await expect(lastRefusal()).resolves.toBe('verifier_mismatch');
    expect((await exchange(code, null)).status).toBe(401);
  });

  it('is refused unless the record of its provider says otherwise, from the next second on', async () => {
    const corp = new SamlBrowser(services.second.api, 'corp');
    const send = async () => corp.post(await aResponse({}, unasked('corp')), {});
    await expectRefused(await send(), 'unsolicited', 'corp');
    await services.changeProvider(ids.corp ?? '', { config: { allowIdpInitiated: true } });
    expect(outcomeOf(await send()).code).not.toBeNull();
    await services.changeProvider(ids.corp ?? '', { config: { allowIdpInitiated: false } });
    await expectRefused(await send(), 'unsolicited', 'corp');
  });

  it('I: is refused where its assertion was used by a record that was deleted and made again', async () => {
    const again = { ...config, allowIdpInitiated: true };
    const response = await aResponse({}, unasked('again'));
    const first = await services.aProvider('again', { ...again, jitProvisioning: false });
    const send = async ({ api }: { api: ApiClient }) => new SamlBrowser(api, 'again').post(response, {});
    expect(outcomeOf(await send(services.first)).error).toBe('AUTH.SSO_FAILED');
    await services.removeProvider(first);
    ids.again = await services.aProvider('again', again);
    for (const service of [services.first, services.second]) {
      expect(outcomeOf(await send(service)).code).toBeNull();
      await expect(lastRefusal('again')).resolves.toBe('replayed');
    }
  });

  describe('is none once it names a request: it was stolen, or is lost', () => {
    const REQUEST = / InResponseTo="[^"]*"/;
    const stolen = async (options: ResponseOptions = {}, edit = (xml: string): string => xml) => {
      const { request } = await browser.begin();
      return encode(edit(await idp.response(request, { ...aPerson(), ...options })));
    };
    /** Only the assertion is signed, and the envelope says what the thief likes. */
    const outside = (xml: string): string => xml.replace(REQUEST, '');

    it.each<[string, string, () => Promise<string>]>([
      ['as it was', 'flow_missing', () => stolen()],
      ['with an empty request', 'flow_missing', () => aResponse({}, { ...unasked(), inResponseTo: '' })],
      [
        'with the request taken from its assertion',
        'flow_missing',
        () => stolen({ editAssertion: (xml) => xml.replace(REQUEST, '') }),
      ],
    ])('%s', async (_title, reason, response) => {
      await expectRefused(await browser.post(await response(), {}), reason);
    });

    it.each<[string, string, () => Promise<string>]>([
      ['taken from its envelope', 'in_response_to_mismatch', () => stolen({}, outside)],
      ['taken from a signed envelope', 'signature_invalid', () => stolen({ sign: 'both' }, outside)],
      [
        'taken from all of it',
        'signature_invalid',
        () => stolen({}, (xml) => outside(outside(xml)).replace(REQUEST, '')),
      ],
    ])('with the request %s', async (_title, reason, response) => {
      const answer = await browser.post(await response(), {});
      expect(outcomeOf(answer)).toEqual({ code: null, error: 'AUTH.SSO_FAILED' });
      await expect(lastRefusal()).resolves.toBe(reason);
    });
  });

  it('is no answer in a flow, whatever the record says', async () => {
    const begun = await browser.begin();
    const answer = await browser.post(await aResponse(), begun);
    expect(outcomeOf(answer)).toEqual({ code: null, error: 'AUTH.SSO_FAILED' });
    await expect(lastRefusal()).resolves.toBe('unasked');
  });

  it('ends no flow that the browser is in', async () => {
    const begun = await browser.begin();
    const answer = await browser.post(await aResponse(), { cookie: begun.cookie });
    expect([outcomeOf(answer).error, answer.headers.get('set-cookie')]).toEqual([null, null]);
    const asked = await browser.post(await aResponse({}, begun.request), begun);
    expect((await exchange(outcomeOf(asked).code, begun.codeVerifier)).status).toBe(200);
  });

  it('links nothing to the account of whoever is about to link', async () => {
    const user = await services.aUser();
    const { accessToken: token } = await services.first.api.signIn(user.username, PASSWORD);
    const start = () =>
      services.first.api.post('/v1/users/me/identities/portal/start', { returnTo: RETURN_TO }, { token });
    const cookieOf = ({ headers }: Awaited<ReturnType<typeof start>>): string =>
      headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const beside = await browser.post(await aResponse(), { cookie: cookieOf(await start()) });
    expect(outcomeOf(beside).code).not.toBeNull();
    const within = await start();
    const relayState = new URL(within.body.url as string).searchParams.get('RelayState') ?? '';
    const answer = await browser.post(await aResponse(), { cookie: cookieOf(within), relayState });
    expect(outcomeOf(answer).error).toBe('AUTH.SSO_FAILED');
    const { body } = await services.first.api.get('/v1/users/me/identities', { token });
    expect(body.items).toEqual([]);
  });

  it('is used once, on whichever process', async () => {
    const response = await aResponse();
    const elsewhere = new SamlBrowser(services.second.api, 'portal');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? browser : elsewhere).post(response, {})),
    );
    expect(answers.filter((answer) => outcomeOf(answer).code !== null)).toHaveLength(1);
    expect(outcomeOf(await elsewhere.post(response, {})).error).toBe('AUTH.SSO_FAILED');
    await expect(lastRefusal()).resolves.toBe('replayed');
  });

  it('leads to a registered address that its relay state names', async () => {
    const answer = await browser.post(await aResponse(), { relayState: OTHER_RETURN_TO });
    expect(answer.headers.get('location')).toMatch(`${OTHER_RETURN_TO}&unsolicited=true&code=`);
  });

  it.each([
    'https://evil.example',
    '//evil.example',
    '\\evil.example',
    'javascript:alert(1)',
    `${OTHER_RETURN_TO}&next=//evil.example`,
    OTHER_RETURN_TO.toUpperCase(),
    `${RETURN_TO}/../evil`,
    `${RETURN_TO}\r\nset-cookie: a=b`,
    'a bookmark of the portal',
    '',
  ])('leads nowhere but to the first registered address where its relay state is %j', async (relayState) => {
    const answer = await browser.post(await aResponse(), { relayState });
    expect(answer.headers.get('location')).toMatch(`${RETURN_TO}?unsolicited=true&code=`);
  });

  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))(
    'is refused for its own reason: %s',
    async (_name, { forge, reason }) => {
      const answer = await browser.post(await forge(idp, unasked()), {});
      expect([303, 401]).toContain(answer.status);
      expect(outcomeOf(answer).code).toBeNull();
      await expect(lastRefusal()).resolves.toBe(reason);
    },
  );
});

let people = 0;

function aPerson(): ResponseOptions {
  const uid = `visitor${++people}`;
  return { nameId: uid, attributes: { uid: [uid], mail: [`${uid}@corp.example`] } };
}
