import type { Mapping } from './mapping/mapping';
import type { ConfigOf, ProviderKind } from './provider-kinds';

export interface ProviderContent {
  readonly slug: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Email domains whose people sign in here, and whose addresses the provider may vouch for. Lower case. */
  readonly domains: readonly string[];
  readonly mappings: readonly Mapping[];
  /** Methods (RFC 8176) that count when the provider says that they were proved. */
  readonly trustedMethods: readonly string[];
}

export interface ProviderOf<Kind extends ProviderKind> extends ProviderContent {
  readonly id: string;
  readonly kind: Kind;
  /** Secrets included. */
  readonly config: ConfigOf[Kind];
  /** Changes with every edit; the ETag. */
  readonly version: number;
}

/** A provider of any kind, as its record says, its secrets opened. */
export type IdentityProvider = { [Kind in ProviderKind]: ProviderOf<Kind> }[ProviderKind];
