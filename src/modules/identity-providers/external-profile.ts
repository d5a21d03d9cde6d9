/** Whom a provider has vouched for, whatever its protocol. Verified; not yet anybody's account. */
export interface ExternalProfile {
  readonly providerId: string;
  /** Never given to somebody else: entryUUID, objectGUID, a persistent NameID, iss and sub. What an account is found by. */
  readonly externalId: string;
  readonly username: string;
  readonly email: string | null;
  /** Whether the provider is one that may say so of this address. */
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** What was proved there (RFC 8176), as far as the provider's record trusts it. */
  readonly methods: readonly string[];
  /** Seconds since the epoch, where the provider says when. */
  readonly authTime?: number;
}
