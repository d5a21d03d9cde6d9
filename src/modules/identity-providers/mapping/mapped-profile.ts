import type { Grants } from '../../../common/access';
import type { ExternalProfile } from '../external-profile';
import type { Mapping } from './mapping';
import { grantsOf } from './grants-of';
import { matches } from './matches';

export interface MappedProfile {
  readonly profile: ExternalProfile;
  /** What the person gets, as long as the provider says so. */
  readonly grants: Grants;
}

/** What the rules of a provider make of somebody whom it vouches for. */
export function mappedProfile(mappings: readonly Mapping[], profile: ExternalProfile): MappedProfile {
  const mapped = mappings.reduce(withField, profile);
  return {
    profile: mapped,
    grants: grantsOf(mappings.filter((rule) => 'when' in rule && matches(rule.when, profile))),
  };
}

/** An address from another attribute is one that nobody said is verified. */
function withField(profile: ExternalProfile, rule: Mapping): ExternalProfile {
  if (rule.type !== 'profile' || !Object.hasOwn(profile.attributes, rule.attribute)) return profile;
  const value = profile.attributes[rule.attribute]?.[0];
  if (value === undefined) return profile;
  return { ...profile, [rule.field]: value, ...(rule.field === 'email' && { emailVerified: false }) };
}
