import { SAML_ATTACKS } from '../support/saml/attacks';
import { outcomeOf, RETURN_TO, SamlBrowser } from '../support/saml/saml-browser';
import { startSamlServices, type SamlServices } from '../support/saml/saml-services';
import { encode, TestIdp } from '../support/saml/test-idp';

describe('a hostile SAML response (security.md I, T5)', () => {
  const idp = new TestIdp();
  const otherIdp = new TestIdp('https://other.example/metadata');
  let services: SamlServices;
  let browser: SamlBrowser;
  let providerId: string;

  beforeAll(async () => {
    services = await startSamlServices();
    const config = { ssoUrl: 'https://idp.example/sso', attributes: { email: 'mail', username: 'uid' } };
    providerId = await services.aProvider('corp', {
      ...config,
      entityId: idp.entityId,
      idpCertificates: [idp.keys.certificatePem],
    });
    await services.aProvider('other', {
      ...config,
      entityId: otherIdp.entityId,
      idpCertificates: [otherIdp.keys.certificatePem],
    });
    browser = new SamlBrowser(services.first.api, 'corp');
  });

  afterAll(() => services.stop());

  it.each(SAML_ATTACKS.map((attack) => [attack.name, attack] as const))(
    'is refused for its own reason: %s',
    async (_name, { forge, reason }) => {
      const begun = await browser.begin();
      const answer = await browser.post(await forge(idp, begun.request), begun);
      expect([answer.status, outcomeOf(answer)]).toEqual([303, { code: null, error: 'AUTH.SSO_FAILED' }]);
      expect(answer.headers.get('location')).toMatch(`${RETURN_TO}?`);
      await expect(services.lastRefusal(providerId)).resolves.toBe(reason);
    },
  );

  it.each<[string, string, (browser: SamlBrowser) => Promise<Response>]>([
    [
      'from a browser that began nothing',
      'flow_missing',
      async (own) => {
        const { request, relayState } = await own.begin();
        return own.post(encode(await idp.response(request)), { relayState });
      },
    ],
    [
      'that nobody asked for',
      'flow_missing',
      async (own) => own.post(encode(await idp.response((await own.begin()).request)), {}),
    ],
    [
      'meant for the browser of somebody else',
      'state_mismatch',
      async (own) => {
        const [theirs, ours] = [await own.begin(), await own.begin()];
        return own.post(encode(await idp.response(theirs.request)), { ...theirs, cookie: ours.cookie });
      },
    ],
    [
      'without its relay state',
      'state_mismatch',
      async (own) => {
        const { request, cookie } = await own.begin();
        return own.post(encode(await idp.response(request)), { cookie });
      },
    ],
    [
      'in a flow of another provider',
      'flow_of_other_provider',
      async (own) => {
        const begun = await new SamlBrowser(services.first.api, 'other').begin();
        return own.post(encode(await idp.response(begun.request)), begun);
      },
    ],
    [
      'that was used before',
      'flow_unknown',
      async (own) => {
        const begun = await own.begin();
        const response = encode(await idp.response(begun.request, { attributes: aPerson() }));
        expect((await own.post(response, begun)).status).toBe(303);
        return new SamlBrowser(services.second.api, 'corp').post(response, begun);
      },
    ],
  ])('spends nothing and leads nowhere: one %s', async (_name, reason, send) => {
    const answer = await send(browser);
    expect([answer.status, (await answer.json()) as unknown]).toEqual([
      401,
      expect.objectContaining({ code: 'AUTH.SSO_FAILED' }),
    ]);
    await expect(services.lastRefusal(providerId)).resolves.toBe(reason);
  });

  it('is refused as the answer to another request', async () => {
    const [asked, answered] = [await browser.begin(), await browser.begin()];
    const answer = await browser.post(encode(await idp.response(asked.request)), answered);
    expect(outcomeOf(answer).error).toBe('AUTH.SSO_FAILED');
    await expect(services.lastRefusal(providerId)).resolves.toBe('unasked');
  });

  it('is refused where its assertion was used, on whichever process', async () => {
    const attributes = aPerson();
    const outcomes: (string | null)[] = [];
    for (const { api } of [services.first, services.second]) {
      const own = new SamlBrowser(api, 'corp');
      const begun = await own.begin();
      const response = await idp.response(begun.request, {
        assertionId: '_once',
        attributes,
        nameId: 'once',
      });
      outcomes.push(outcomeOf(await own.post(encode(response), begun)).error);
    }
    expect(outcomes).toEqual([null, 'AUTH.SSO_FAILED']);
    await expect(services.lastRefusal(providerId)).resolves.toBe('replayed');
  });

  it('brings one code when it comes twenty times at once to two processes', async () => {
    const begun = await browser.begin();
    const response = encode(await idp.response(begun.request, { attributes: aPerson(), nameId: 'race' }));
    const elsewhere = new SamlBrowser(services.second.api, 'corp');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? browser : elsewhere).post(response, begun)),
    );
    const codes = answers.filter((answer) => outcomeOf(answer).code !== null);
    expect(codes).toHaveLength(1);
  });
});

let people = 0;

function aPerson(): Record<string, string[]> {
  const uid = `person${++people}`;
  return { uid: [uid], mail: [`${uid}@corp.example`] };
}
