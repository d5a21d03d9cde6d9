import { startPysaml2, type Pysaml2, type Pysaml2Answer } from '../support/pysaml2';
import { SamlSite } from '../support/saml/saml-site';

const AES_GCM = 'http://www.w3.org/2009/xmlenc11#aes256-gcm';
const TRIPLE_DES = 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc';

const ANSWER: Pysaml2Answer = { signAssertion: true, signResponse: false, encryption: null };
/** As pysaml2 names them. */
const ATTRIBUTES = {
  username: 'urn:oid:0.9.2342.19200300.100.1.1',
  email: 'urn:oid:0.9.2342.19200300.100.1.3',
  displayName: 'urn:oid:2.16.840.1.113730.3.1.241',
};

describe('sign-in through pysaml2 and xmlsec1, in a browser', () => {
  let site: SamlSite;
  let idp: Pysaml2;

  beforeAll(async () => {
    // It asks nobody who they are.
    [site, idp] = await Promise.all([SamlSite.start('pysaml2', () => Promise.resolve()), startPysaml2()]);
    await site.addProvider(await idp.metadata(), { attributes: ATTRIBUTES });
    idp.setClient(await site.metadata());
  });

  afterAll(async () => {
    await idp.stop();
    await site.stop();
  });

  it.each<[string, Partial<Pysaml2Answer>, object]>([
    ['the assertion signed', {}, {}],
    ['the response signed', { signAssertion: false, signResponse: true }, { wantAssertionsSigned: false }],
    ['both signed', { signResponse: true }, { wantAssertionsSigned: true, wantResponseSigned: true }],
    ['the signed assertion encrypted', { encryption: AES_GCM }, { wantResponseSigned: false }],
    [
      'everything signed, and encrypted',
      { signResponse: true, encryption: AES_GCM },
      { wantResponseSigned: true },
    ],
  ])('I: ends at the application with a session, with %s', async (_title, answer, config) => {
    idp.setAnswer({ ...ANSWER, ...answer });
    await site.configure(config);
    await expect(site.signIn()).resolves.toBe('alice');
  });

  it('I: posts its request, whose signature xmlsec1 finds to hold', async () => {
    idp.setAnswer(ANSWER);
    await site.configure({ ssoBinding: 'post', wantResponseSigned: false });
    await expect(site.signIn()).resolves.toBe('alice');
    await site.configure({ ssoBinding: 'redirect' });
  });

  it.each<[string, Partial<Pysaml2Answer>, string]>([
    ['an assertion encrypted by 3DES', { encryption: TRIPLE_DES }, 'encryption_algorithm'],
    [
      'an assertion encrypted by 3DES, whatever is signed',
      { signResponse: true, encryption: TRIPLE_DES },
      'encryption_algorithm',
    ],
    ['the response signed alone', { signAssertion: false, signResponse: true }, 'unsigned'],
    ['nothing signed', { signAssertion: false }, 'unsigned'],
  ])('I: refuses %s', async (_title, answer, reason) => {
    idp.setAnswer({ ...ANSWER, ...answer });
    await site.configure({ wantAssertionsSigned: true, wantResponseSigned: false });
    await expect(site.signIn()).resolves.toBe('error AUTH.SSO_FAILED');
    await expect(site.lastRefusal()).resolves.toBe(reason);
  });
});
