import type { Dependency } from '../../infrastructure/dependencies';
import type { ProviderOf } from './identity-provider';
import type { ProviderKind } from './provider-kinds';

/** One thing that was tried, in words for an administrator. Names no secret. */
export interface DiagnosisStep {
  readonly step: string;
  readonly ok: boolean;
  readonly message: string;
}

/** What a provider's protocol needs at runtime, made for one version of its record and never shared with another. */
export interface ProviderDriver {
  /** How the provider fares, where it is asked from here. */
  readonly dependency?: Dependency;
  /** Tries the provider out, as far as that goes without a person. Does not throw. */
  test(): Promise<readonly DiagnosisStep[]>;
  /** The record has changed or is gone. What is under way may end. */
  dispose(): void;
}

/** Makes the drivers of one kind. Registers itself with {@link ProviderDrivers} in its constructor. */
export interface ProviderDriverFactory<Kind extends ProviderKind> {
  readonly kind: Kind;
  create(provider: ProviderOf<Kind>): ProviderDriver;
}
