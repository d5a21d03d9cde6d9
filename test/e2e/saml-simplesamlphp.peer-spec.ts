import { SamlSite } from '../support/saml/saml-site';
import {
  SIMPLESAML_USER,
  startSimpleSamlPhp,
  type SimpleSamlClient,
  type SimpleSamlPhp,
} from '../support/simplesamlphp';

describe('sign-in through SimpleSAMLphp, in a browser', () => {
  let site: SamlSite;
  let idp: SimpleSamlPhp;
  let client: SimpleSamlClient;

  beforeAll(async () => {
    [site, idp] = await Promise.all([
      SamlSite.start('simplesamlphp', async (page) => {
        await page.fill('input[name=username]', SIMPLESAML_USER.username);
        await page.fill('input[name=password]', SIMPLESAML_USER.password);
        await page.press('input[name=password]', 'Enter');
      }),
      startSimpleSamlPhp(),
    ]);
    const { entityId, acsUrl, keys } = site;
    client = { entityId, acsUrl, requestCertificate: keys.certificatePem };
    idp.setClients([client]);
    await site.addProvider(await idp.metadata(), {
      attributes: { username: 'uid', email: 'mail', displayName: 'displayName', groups: 'groups' },
    });
  });

  afterAll(async () => {
    await idp.stop();
    await site.stop();
  });

  it.each<[string, (ours: string) => Partial<SimpleSamlClient>, object]>([
    ['the assertion signed', () => ({ signAssertion: true, signResponse: false }), {}],
    [
      'the response signed',
      () => ({ signAssertion: false, signResponse: true }),
      { wantAssertionsSigned: false, wantResponseSigned: true },
    ],
    ['both signed', () => ({}), { wantAssertionsSigned: true, wantResponseSigned: true }],
    ['the assertion encrypted', (ours) => ({ encryptFor: ours }), {}],
  ])('I: ends at the application with a code, and the code in a session: %s', async (_, spoken, config) => {
    idp.setClients([{ ...client, ...spoken(site.keys.certificatePem) }]);
    await site.configure(config);
    await expect(site.signIn()).resolves.toBe(SIMPLESAML_USER.username);
  });

  it('posts its request where it is told to', async () => {
    idp.setClients([client]);
    await site.configure({ ssoBinding: 'post' });
    await expect(site.signIn()).resolves.toBe(SIMPLESAML_USER.username);
    await site.configure({ ssoBinding: 'redirect' });
  });

  it('begins at the provider where that is allowed, and leads to the address that its relay state names', async () => {
    idp.setClients([client]);
    await site.configure({ allowIdpInitiated: true });
    const end = `${site.returnTo}?from=portal`;
    const query = new URLSearchParams({ spentityid: client.entityId, RelayState: end });
    await expect(site.walk(`${idp.ssoUrl}?${query}`, null, end)).resolves.toBe(SIMPLESAML_USER.username);
    await site.configure({ allowIdpInitiated: false });
  });

  it('goes on through a rollover of the certificate that was prepared, and not through one that was not', async () => {
    const before = idp.keys.certificatePem;
    const next = idp.rollOver();
    await expect(site.signIn()).resolves.toBe('error AUTH.SSO_FAILED');
    await site.configure({ idpCertificates: [before, next.certificatePem] });
    await expect(site.signIn()).resolves.toBe(SIMPLESAML_USER.username);
  });
});
