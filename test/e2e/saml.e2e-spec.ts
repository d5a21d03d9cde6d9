import { generateKeyPairSync } from 'node:crypto';
import { makeKeyPair } from '../support/saml/certificates';
import { outcomeOf, SamlBrowser } from '../support/saml/saml-browser';
import { METRICS_TOKEN, startSamlServices, type SamlServices } from '../support/saml/saml-services';
import { scrape } from '../support/scrape';
import { encode, TestIdp, type ResponseOptions } from '../support/saml/test-idp';

const GAUGE = 'portcullis_certificate_days_left';
const PASSWORD_CONTEXT = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';

describe('sign-in by SAML', () => {
  const idp = new TestIdp();
  const ours = makeKeyPair();
  const config = {
    entityId: idp.entityId,
    ssoUrl: 'https://idp.example/sso?tenant=1',
    idpCertificates: [idp.keys.certificatePem],
    attributes: { email: 'mail', username: 'uid', displayName: 'cn', groups: 'groups' },
    contextMethods: { [PASSWORD_CONTEXT]: ['pwd', 'otp'] },
    signing: ours,
    decryption: ours,
  };
  const ada = { uid: ['ada'], mail: ['ada@corp.example'], cn: ['Ada'] };
  let services: SamlServices;
  let browser: SamlBrowser;
  let providerId: string;

  beforeAll(async () => {
    services = await startSamlServices();
    providerId = await services.aProvider('corp', config, {
      trustedMethods: ['pwd'],
      domains: ['corp.example'],
    });
    browser = new SamlBrowser(services.first.api, 'corp');
  });

  afterAll(() => services.stop());

  const signIn = async (options: ResponseOptions, own = browser) => {
    const begun = await own.begin();
    const answer = await own.post(encode(await idp.response(begun.request, options)), begun);
    const { code, error } = outcomeOf(answer);
    if (code === null) return { error, status: answer.status };
    const exchanged = await services.second.api.post('/v1/auth/sso/exchange', {
      code,
      codeVerifier: begun.codeVerifier,
    });
    return { error, status: exchanged.status, body: exchanged.body };
  };
  const me = async (accessToken: string) =>
    (await services.first.api.get('/v1/auth/me', { token: accessToken })).body;

  it('ends in the answer that a password gets, begun on one process and finished on another', async () => {
    const { status, body } = await signIn({ nameId: 'ada-id', attributes: ada });
    expect([status, body.status]).toEqual([200, 'authenticated']);
    await expect(me(body.accessToken as string)).resolves.toMatchObject({ username: 'ada', amr: ['pwd'] });
  });

  it('leads to the same account by the stable id, whatever else is said', async () => {
    const first = await signIn({ nameId: 'ada-id', attributes: ada });
    const renamed = await signIn({
      nameId: 'ada-id',
      attributes: { ...ada, uid: ['lovelace'], mail: ['a@b.example'] },
    });
    const { subject } = await me(first.body.accessToken as string);
    await expect(me(renamed.body.accessToken as string)).resolves.toMatchObject({ subject });
  });

  it('gives the account of a name to nobody else who comes with it', async () => {
    await signIn({ nameId: 'ada-id', attributes: ada });
    await expect(signIn({ nameId: 'not-ada', attributes: ada })).resolves.toMatchObject({
      error: 'AUTH.SSO_FAILED',
    });
  });

  it('opens encrypted assertions', async () => {
    const options = { nameId: 'ada-id', attributes: ada, encryptFor: ours.certificatePem };
    await expect(signIn(options)).resolves.toMatchObject({ status: 200 });
  });

  it('follows a rollover of the certificate on both processes, without a restart', async () => {
    const next = makeKeyPair();
    const options = { nameId: 'ada-id', attributes: ada };
    const both = [services.first, services.second].map(({ api }) => new SamlBrowser(api, 'corp'));
    const attempt = (keys = idp.keys) => Promise.all(both.map((own) => signIn({ ...options, keys }, own)));
    const statuses = (answers: { error: string | null }[]) => answers.map(({ error }) => error);
    const pems = [idp.keys.certificatePem, next.certificatePem];
    await services.changeProvider(providerId, { config: { idpCertificates: pems } });
    expect(statuses([...(await attempt()), ...(await attempt(next))])).toEqual([null, null, null, null]);
    await services.changeProvider(providerId, { config: { idpCertificates: [next.certificatePem] } });
    expect(statuses(await attempt(next))).toEqual([null, null]);
    expect(statuses(await attempt())).toEqual(['AUTH.SSO_FAILED', 'AUTH.SSO_FAILED']);
    await services.changeProvider(providerId, { config: { idpCertificates: [idp.keys.certificatePem] } });
  });

  it('signs its request, and keeps what the address of the provider holds', async () => {
    const url = new URL((await browser.login()).headers.get('location') ?? '');
    expect([...url.searchParams.keys()].sort()).toEqual([
      'RelayState',
      'SAMLRequest',
      'SigAlg',
      'Signature',
      'tenant',
    ]);
    expect(url.searchParams.get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
  });

  it('posts its request where the provider wants that, from a page that runs nothing else', async () => {
    await services.aProvider('posting', { ...config, ssoBinding: 'post' });
    const answer = await new SamlBrowser(services.second.api, 'posting').login();
    const page = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
    const request = /name="SAMLRequest" value="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(Buffer.from(request, 'base64').toString()).toMatch(/<samlp:AuthnRequest .*<SignatureValue>/s);
  });

  it('describes itself to the provider, without a secret', async () => {
    const answer = await fetch(`${services.first.api.baseUrl}/v1/auth/saml/corp/metadata`);
    const xml = await answer.text();
    expect(answer.headers.get('content-type')).toMatch('application/samlmetadata+xml');
    expect(xml).toMatch('entityID="http://127.0.0.1:9/v1/auth/saml/corp/metadata"');
    expect(xml).toMatch('Location="http://127.0.0.1:9/v1/auth/saml/corp/acs"');
    expect(xml).toMatch(/use="signing".*use="encryption"/s);
    expect(xml).not.toMatch('PRIVATE');
  });

  it('answers no secret of a provider, and says how long its certificates last', async () => {
    const token = services.adminToken;
    const { body } = await services.first.api.get(`/v1/identity-providers/${providerId}`, { token });
    expect(JSON.stringify(body)).not.toMatch('PRIVATE');
    const tested = await services.first.api.post(`/v1/identity-providers/${providerId}/test`, undefined, {
      token,
    });
    expect(tested.body.ok).toBe(true);
    expect(JSON.stringify(tested.body.steps)).toMatch(/ends in 89 days/);
  });

  it('tells the operator how long the certificates of each provider last, wherever that is asked', async () => {
    const [soon, later] = [makeKeyPair(12), makeKeyPair(500)];
    const id = await services.aProvider('ending', { ...config, idpCertificates: [soon.certificatePem] });
    const daysLeft = async () =>
      (await scrape(services.second, METRICS_TOKEN)).total(GAUGE, { provider: 'ending' });
    const listed = async () => {
      const { body } = await services.second.api.get('/health/dependencies');
      return (body.certificates as { provider: string }[]).filter(({ provider }) => provider === 'ending');
    };
    await expect(daysLeft()).resolves.toBe(11);
    await expect(listed()).resolves.toEqual([
      { provider: 'ending', certificate: 'provider certificate 1', daysLeft: 11 },
      { provider: 'ending', certificate: 'our signing certificate', daysLeft: 89 },
      { provider: 'ending', certificate: 'our decryption certificate', daysLeft: 89 },
    ]);
    await services.changeProvider(id, { config: { idpCertificates: [later.certificatePem] } });
    await expect(daysLeft()).resolves.toBe(89);
    await services.changeProvider(id, { enabled: false });
    await expect(listed()).resolves.toEqual([]);
    expect((await scrape(services.second, METRICS_TOKEN)).samples).not.toContainEqual(
      expect.objectContaining({ name: GAUGE, labels: { provider: 'ending' } }),
    );
  });

  it('reads the metadata of a provider, and refuses what a parser could be fooled with', async () => {
    const token = services.adminToken;
    const read = (xml: string) =>
      services.first.api.post('/v1/identity-providers/saml-metadata', { xml }, { token });
    const bare = idp.keys.certificatePem.replace(/-----[A-Z ]+-----|\s/g, '');
    const xml =
      `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${idp.entityId}"><IDPSSODescriptor>` +
      `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${bare}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>` +
      '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>';
    const { status, body } = await read(xml);
    expect([status, body.ssoBinding, body.entityId]).toEqual([200, 'post', idp.entityId]);
    const fooled = await read(`<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">${xml}`);
    expect([fooled.status, fooled.body.code]).toEqual([422, 'PROVIDER.METADATA_INVALID']);
  });

  it('I: no record holds a certificate of a weak key', async () => {
    const token = services.adminToken;
    const weak = makeKeyPair(90, generateKeyPairSync('rsa', { modulusLength: 1_024 })).certificatePem;
    const idpCertificates = [idp.keys.certificatePem, weak];
    const body = { kind: 'saml', slug: 'weak', name: 'weak', config: { ...config, idpCertificates } };
    const created = await services.first.api.post('/v1/identity-providers', body, { token });
    const path = `/v1/identity-providers/${providerId}`;
    const { version: ifMatch } = (await services.first.api.get(path, { token })).body;
    const patched = await services.first.api.patch(path, { config: { idpCertificates } }, { token, ifMatch });
    for (const answer of [created, patched]) {
      expect([answer.status, answer.body.code]).toEqual([422, 'PROVIDER.INVALID_CONFIG']);
      expect(answer.body.errors).toEqual([
        expect.objectContaining({ pointer: '/config/idpCertificates/1', code: 'weak_key' }),
      ]);
    }
  });

  it.each([
    'https://app.corp.example',
    '//evil.example',
    'https://app.corp.example/signed-in/',
    'javascript:alert(1)',
    '\\evil.example',
  ])('begins nothing that would lead to %s', async (returnTo) => {
    const answer = await browser.login(returnTo);
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([422, null]);
  });

  it.each([
    ['disabled', 'enabled = false'],
    ['changed', 'version = version + 1'],
  ])('I: no account is made by a record that was %s, and no process knows yet', async (_title, change) => {
    const [before] = await services.sql<{ version: number }>(
      'SELECT version FROM identity_providers WHERE id = $1',
      [providerId],
    );
    await services.sql(`UPDATE identity_providers SET ${change} WHERE id = $1`, [providerId]);
    const attributes = { uid: ['late'], mail: ['late@corp.example'] };
    const { error } = await signIn({ nameId: 'late-id', attributes });
    await services.sql('UPDATE identity_providers SET enabled = true, version = $2 WHERE id = $1', [
      providerId,
      before?.version,
    ]);
    expect(error).toBe('PROVIDER.UNAVAILABLE');
    expect(await services.sql(`SELECT 1 FROM users WHERE username = 'late'`)).toEqual([]);
  });

  it('ends for a provider that is disabled while somebody is there', async () => {
    const begun = await browser.begin();
    await services.changeProvider(providerId, { enabled: false });
    const answer = await browser.post(encode(await idp.response(begun.request, { attributes: ada })), begun);
    expect(answer.status).toBe(404);
    expect((await browser.login()).status).toBe(404);
  });
});
