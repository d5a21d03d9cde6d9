/** What a protocol has to remember until its answer comes: a nonce, a verifier, the id of a request. */
export type ProtocolState = Readonly<Record<string, string>>;

/** Who adds a way in to their own account, and in which session they asked to. */
export interface AccountLink {
  readonly userId: string;
  readonly sessionId: string;
  readonly epoch: number;
}

/** One sign-in, or one linking of an account, on its way through one browser. */
export interface SsoFlow {
  readonly providerId: string;
  /** Exactly one of those registered. */
  readonly returnTo: string;
  /**
   * Of our client, S256 (RFC 7636 §4.2): nobody else can exchange the code that a sign-in ends with. Empty where no
   * client began it, or none gets a code.
   */
  readonly codeChallenge: string;
  readonly protocolState: ProtocolState;
  /** Null where somebody signs in. */
  readonly link: AccountLink | null;
}

export interface NewSsoFlow extends SsoFlow {
  /** What the answer must carry in its `state` or `RelayState`. */
  readonly state: string;
}

/** What the client says of a flow. */
export type FlowPurpose = Pick<SsoFlow, 'returnTo' | 'codeChallenge' | 'link'>;

/** What an answer is held against. */
export interface ExpectedFlow {
  readonly providerId: string;
  readonly state: string;
}

/** Why an answer belongs to no flow; for the trail. */
export type FlowRefusal = 'flow_missing' | 'flow_unknown' | 'flow_of_other_provider' | 'state_mismatch';

export type SpentFlow =
  { readonly flow: SsoFlow; readonly refusal: null } | { readonly flow: null; readonly refusal: FlowRefusal };
