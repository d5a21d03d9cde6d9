import type { AssuranceLevel } from '../../../common/access';

/** `mfa` among the methods says that two kinds of factor were proved (RFC 8176 §2). */
export function assuranceOf(methods: readonly string[]): AssuranceLevel {
  return methods.includes('mfa') ? 'aal2' : 'aal1';
}
