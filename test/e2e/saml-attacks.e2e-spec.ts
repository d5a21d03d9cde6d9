import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { SAML_ATTACKS } from '../support/saml/attacks';
import { makeKeyPair } from '../support/saml/certificates';
import { outcomeOf, RETURN_TO, SamlBrowser } from '../support/saml/saml-browser';
import { startSamlServices, type SamlServices } from '../support/saml/saml-services';
import { encode, TestIdp } from '../support/saml/test-idp';

describe('a hostile SAML response (security.md I, T5)', () => {
  const idp = new TestIdp();
  const otherIdp = new TestIdp('https://other.example/metadata');
  const strangers = makeKeyPair();
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

  it('I: nothing in a response makes the process call anybody', async () => {
    let visits = 0;
    const listener = createServer((socket) => {
      visits++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/x`;
    const into = (place: string | RegExp, what: string) => (xml: string) => xml.replace(place, `$&${what}`);
    const edits = [
      (xml: string) => `<!DOCTYPE r SYSTEM "${url}">${xml}`,
      (xml: string) => `<!DOCTYPE r [<!ENTITY % x SYSTEM "${url}"> %x;]>${xml}`,
      (xml: string) => `<!DOCTYPE r [<!ENTITY x SYSTEM "${url}">]>${xml.replace('subject-1', '&x;')}`,
      (xml: string) => `<?xml-stylesheet href="${url}"?>${xml}`,
      (xml: string) => xml.replace(/URI="#[^"]*"/, `URI="${url}"`),
      into(
        '<samlp:Response',
        ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a ${url}"`,
      ),
      into('<samlp:Status>', `<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="${url}"/>`),
      into(
        /<ds:Signature [^>]*>/,
        `<ds:KeyInfo><ds:RetrievalMethod URI="${url}"/><ds:KeyName>${url}</ds:KeyName></ds:KeyInfo>`,
      ),
    ];
    try {
      for (const edit of edits) {
        const begun = await browser.begin();
        // By a key that we do not know, so that whatever is ignored does not let it in.
        const response = await idp.response(begun.request, { keys: strangers });
        const answer = await browser.post(encode(edit(response)), begun);
        expect(outcomeOf(answer)).toEqual({ code: null, error: 'AUTH.SSO_FAILED' });
      }
      expect(visits).toBe(0);
    } finally {
      listener.close();
    }
  });

  it('I: a response that comes deflated, over the redirect binding, is not even inflated', async () => {
    const begun = await browser.begin();
    const bomb = deflateRawSync(Buffer.alloc(4 * 1_024 * 1_024, 'A')).toString('base64');
    const acs = `${services.first.api.baseUrl}/v1/auth/saml/corp/acs`;
    const byAddress = await fetch(`${acs}?${new URLSearchParams({ SAMLResponse: bomb })}`, {
      headers: { cookie: begun.cookie },
    });
    expect(byAddress.status).toBe(405);
    expect(outcomeOf(await browser.post(bomb, begun)).error).toBe('AUTH.SSO_FAILED');
    await expect(services.lastRefusal(providerId)).resolves.toBe('malformed');
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
