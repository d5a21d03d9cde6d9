/** What a write made, and the policy's version after it: a later check can demand to know at least as much. */
export type Written<T> = T & { readonly policyVersion: string };
