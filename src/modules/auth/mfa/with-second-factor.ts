/**
 * What is proved once a code of ours came on top of `methods`. Recovery codes are one-time passwords as well, and
 * whatever was first was another kind of factor (RFC 8176 §2: `otp`, `mfa`).
 */
export function withSecondFactor(methods: readonly string[]): string[] {
  return [...new Set([...methods, 'otp', 'mfa'])];
}
