export interface RequestSpec {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the load process shall do. */
export interface LoadPlan {
  readonly origin: string;
  readonly connections: number;
  /** Each connection cycles through its own share; where there are fewer requests, connections share them. */
  readonly requests: readonly RequestSpec[];
  /** Sent before anything is measured, and forgotten. */
  readonly warmMs: number;
  /** How long to measure; or how many requests, where each counts once. */
  readonly measure: { readonly ms: number } | { readonly requests: number };
  /** Every answer must have it, or the run fails. */
  readonly expectedStatus: number;
  /** Whose CPU time is read when measuring starts and ends. */
  readonly pids: readonly number[];
  /** Waits so long before each request: a load that is steady, not as high as can be. */
  readonly pauseMs?: number;
  /**
   * Polls instead of sleeping while it waits. To wake a sleeping client costs the server that writes to it many
   * microseconds on a virtual machine, and only a server that is slower than its client pays them: where the CPU time
   * of servers is compared, it would count twice what it is slower.
   */
  readonly staysAwake?: boolean;
  /** Answers are pairs of tokens: the next request of that place carries the new refresh token. */
  readonly rotates?: boolean;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of each of the plan's pids. */
  readonly cpuSeconds: readonly number[];
  /** What producing the load cost, on the same cores. */
  readonly loadCpuSeconds: number;
  /** Where the load rotates: the refresh token that is good now, by request; undefined where none was sent. */
  readonly refreshTokens: readonly (string | undefined)[];
  /** Where the load rotates: every access token that was answered. */
  readonly accessTokens: string[];
}
