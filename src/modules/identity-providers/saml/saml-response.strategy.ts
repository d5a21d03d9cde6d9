import { promisify } from 'node:util';
import { Strategy, type Profile } from '@node-saml/passport-saml';
import { decrypt } from 'xml-encryption';
import { requireBearerAssertion } from './assertion-rules';
import { libraryRefusal } from './library-refusal';
import { MAX_RESPONSE_BYTES, openEnvelope, type ResponseEnvelope } from './response-guard';
import { identityIn, type SamlIdentity } from './saml-identity';
import { samlOptions } from './saml-options';
import { SamlRefusal } from './saml-refusal';
import type { SamlSettings } from './saml-settings';
import { inspectSignatures } from './signature-policy';
import { descendantsNamed, parseStrictXml } from './strict-xml';

type Verified = (error: Error | null, identity?: Record<string, unknown>) => void;

const open = promisify(decrypt);

/**
 * Verifies one response of one identity provider. The envelope is looked at before the library sees it; the library
 * decrypts and verifies the signatures; who is there is then read from the bytes that were signed, and only there.
 * Whether we asked for it, and whether it was used before, is for the caller to decide.
 *
 * Fails with a SamlRefusal.
 */
export class SamlResponseStrategy extends Strategy {
  private constructor(
    private readonly settings: SamlSettings,
    private readonly envelope: ResponseEnvelope,
    private readonly now: Date,
  ) {
    const options = samlOptions(settings);
    super(
      {
        ...options,
        // A signature that is there must hold, also where none is asked for.
        wantAuthnResponseSigned: settings.wantResponseSigned || envelope.signed.response,
        wantAssertionsSigned: settings.wantAssertionsSigned || envelope.signed.assertion,
      },
      (profile: Profile | null, done: Verified) => void this.conclude(profile, done),
      (_profile: Profile | null, done: Verified) => {
        done(new SamlRefusal('not_a_response'));
      },
    );
  }

  /** @throws SamlRefusal where the envelope is not worth a verification. */
  static for(samlResponse: string, settings: SamlSettings, now: Date): SamlResponseStrategy {
    const envelope = openEnvelope(samlResponse);
    if (envelope.encrypted !== null && settings.decryption === undefined)
      throw new SamlRefusal('decryption_failed');
    if (!isSignedAsWanted(envelope, settings)) throw new SamlRefusal('unsigned');
    if ((envelope.issuer ?? settings.entityId) !== settings.entityId) throw new SamlRefusal('wrong_issuer');
    if (envelope.destination !== settings.acsUrl) throw new SamlRefusal('wrong_destination');
    return new SamlResponseStrategy(settings, envelope, now);
  }

  override authenticate(...[request, options]: Parameters<Strategy['authenticate']>): void {
    // Passport sets `error` on the instance before it calls this, so that a method of ours would never be.
    const report = this.error.bind(this);
    this.error = (error) => {
      report(libraryRefusal(error, this.envelope.encrypted !== null));
    };
    super.authenticate(request, options);
  }

  private async conclude(profile: Profile | null, done: Verified): Promise<void> {
    try {
      await this.inspectEncrypted();
      done(null, { ...this.identityOf(profile) });
    } catch (error) {
      done(libraryRefusal(error, false));
    }
  }

  /** Inside the encryption, too, a signature is only good if it is made as we want it. */
  private async inspectEncrypted(): Promise<void> {
    const { encrypted } = this.envelope;
    if (encrypted === null || this.settings.decryption === undefined) return;
    const xml = await open(encrypted, { key: this.settings.decryption.privateKeyPem });
    const assertion = parseStrictXml(xml, MAX_RESPONSE_BYTES);
    const nested = ['Assertion', 'EncryptedAssertion'].flatMap((name) => descendantsNamed(assertion, name));
    if (nested.length > 0) throw new SamlRefusal('not_one_assertion');
    const { response: isSigned } = inspectSignatures(assertion, null);
    if (!isSigned && (this.settings.wantAssertionsSigned || !this.envelope.signed.response)) {
      throw new SamlRefusal('unsigned');
    }
  }

  private identityOf(profile: Profile | null): SamlIdentity {
    const xml = profile?.getAssertionXml?.();
    if (xml === undefined) throw new SamlRefusal('not_one_assertion');
    const { entityId, ourEntityId, acsUrl, clockSkewSeconds, attributes } = this.settings;
    const assertion = requireBearerAssertion(parseStrictXml(xml, MAX_RESPONSE_BYTES), {
      issuer: entityId,
      audience: ourEntityId,
      recipient: acsUrl,
      now: this.now,
      skewSeconds: clockSkewSeconds,
    });
    if (assertion.inResponseTo !== this.envelope.inResponseTo)
      throw new SamlRefusal('in_response_to_mismatch');
    return identityIn(assertion, attributes);
  }
}

/** As far as can be seen from outside: what is encrypted is looked at once it was opened. */
function isSignedAsWanted({ signed, encrypted }: ResponseEnvelope, settings: SamlSettings): boolean {
  if (settings.wantResponseSigned && !signed.response) return false;
  if (encrypted !== null) return true;
  return signed.assertion || (signed.response && !settings.wantAssertionsSigned);
}
