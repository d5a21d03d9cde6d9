/** By what a provider knows somebody; an account is found by nothing else of theirs. */
export interface ExternalIdentity {
  readonly providerId: string;
  readonly externalId: string;
  readonly userId: string;
  /** As the provider last called them; for people to read. */
  readonly username: string;
  /** Whether the account was made for it: then the account's profile follows the provider's. */
  readonly provisioned: boolean;
  readonly linkedAt: Date;
  readonly lastSeenAt: Date;
}

export type NewExternalIdentity = Pick<
  ExternalIdentity,
  'providerId' | 'externalId' | 'userId' | 'username' | 'provisioned'
>;

/** An account that is made for somebody whom a provider vouches for. It has no password and never gets one. */
export interface ProvisionedAccount {
  readonly username: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly displayName: string;
}
