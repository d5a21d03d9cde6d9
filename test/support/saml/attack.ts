import { encode, type ResponseOptions, type TestIdp, type TestRequest } from './test-idp';

export interface SamlAttack {
  readonly name: string;
  /** What the trail says of it. */
  readonly reason: string;
  /** It is about the request that it answers. */
  readonly needsRequest?: boolean;
  readonly forge: (idp: TestIdp, request: TestRequest) => Promise<string> | string;
}

/** Somebody whom the attacker wants to be. */
export const VICTIM = 'administrator';

/** Rightly signed, but says (or leaves out) something that makes it not ours. */
export function said(name: string, reason: string, options: ResponseOptions): SamlAttack {
  return { name, reason, forge: async (idp, request) => encode(await idp.response(request, options)) };
}

/** Changed by `edit` after it was signed. */
export function altered(
  name: string,
  reason: string,
  edit: (xml: string) => string,
  options: ResponseOptions = {},
): SamlAttack {
  return {
    name,
    reason,
    forge: async (idp, request) => {
      const signed = await idp.response(request, options);
      const forged = edit(signed);
      if (forged === signed) throw new Error(`The attack "${name}" changed nothing`);
      return encode(forged);
    },
  };
}

export const drop = (pattern: RegExp) => (xml: string) => replaced(xml, pattern, '');
export const swap = (pattern: RegExp | string, by: string) => (xml: string) => replaced(xml, pattern, by);

function replaced(xml: string, pattern: RegExp | string, by: string): string {
  const result = xml.replace(pattern, by);
  if (result === xml) throw new Error(`Nothing matches ${String(pattern)}`);
  return result;
}

export const ASSERTION = /<saml:Assertion .*<\/saml:Assertion>/s;
export const SIGNATURE = /<ds:Signature .*?<\/ds:Signature>/s;

export const assertionOf = (xml: string): string => ASSERTION.exec(xml)?.[0] ?? '';
export const signatureOf = (xml: string): string => SIGNATURE.exec(xml)?.[0] ?? '';
