import { Injectable } from '@nestjs/common';
import { LdapDirectoryService, type ExternalProfile } from '../../identity-providers';
import { CredentialsService, ExternalIdentitiesService } from '../../users';
import { SignInAttemptsService, type AttemptSubject } from '../sign-in/sign-in-attempts.service';
import { SignInRefusals } from '../sign-in/sign-in-refusals';

interface VerifiedEntry {
  readonly profile: ExternalProfile;
  /** Of the record that named the directory. */
  readonly providerVersion: number;
  readonly subject: AttemptSubject;
}

/** Tries a password at a directory, counted before it is tried. */
@Injectable()
export class DirectoryAttempts {
  constructor(
    private readonly directory: LdapDirectoryService,
    private readonly identities: ExternalIdentitiesService,
    private readonly credentials: CredentialsService,
    private readonly attempts: SignInAttemptsService,
    private readonly refusals: SignInRefusals,
  ) {}

  /**
   * Whom the directory vouches for. All spellings that it takes for one entry share a count: that of the account, or of
   * the entry's stable id where there is none yet.
   *
   * @throws DomainError `AUTH.INVALID_CREDENTIALS`, `PROVIDER.NOT_FOUND`, `PROVIDER.UNAVAILABLE`
   */
  async verify(slug: string, username: string, password: string): Promise<VerifiedEntry> {
    const provider = await this.directory.provider(slug);
    // As everywhere, blanks around a name are none of it, whether or not the directory thinks so.
    const name = username.normalize('NFKC').trim();
    const found = await this.directory.find(provider, name);
    const key = found.kind === 'found' ? found.entry.stableId : name;
    const identity = await this.identities.find(provider.id, key);
    const user = identity === null ? null : await this.credentials.findById(identity.userId);
    const subject: AttemptSubject = { user, typedName: `${provider.id} ${key}`, source: 'unknown' };
    const { reservation, outcome } = await this.attempts.attempt(subject, async (counts) => {
      // Whom we have locked out already, guesses must not lock out at the directory as well.
      const entry = counts && found.kind === 'found' ? found.entry : null;
      const refusal = await this.directory.refusalOf(provider, entry, password);
      if (found.kind === 'found') return refusal;
      return found.kind === 'none' ? 'unknown_user' : `directory_${found.kind}`;
    });
    if (reservation !== null && outcome === null && found.kind === 'found')
      return {
        profile: this.directory.profileOf(provider, found.entry),
        providerVersion: provider.version,
        subject,
      };
    const reason = reservation === null ? 'locked_out' : (outcome ?? 'unknown_user');
    return this.refusals.refuse('AUTH.INVALID_CREDENTIALS', {
      reason,
      user,
      typedName: username,
      reservation,
    });
  }
}
