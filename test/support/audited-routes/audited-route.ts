import type { AuditedWorld } from './audited-world';

export interface AuditedCall {
  /** In place of the parameters of the path, in their order. */
  readonly ids?: readonly string[];
  readonly body?: unknown;
  readonly ifMatch?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The administrator's unless told. */
  readonly token?: string;
}

export interface AuditedOutcome {
  readonly call: (world: AuditedWorld) => Promise<AuditedCall> | AuditedCall;
  /** What the trail holds of the request, by name and in alphabetical order. */
  readonly events: readonly string[];
}

export interface AuditedRoute {
  readonly success: AuditedOutcome;
  /** Failures that are events: those of authentication. */
  readonly failures?: Readonly<Record<string, AuditedOutcome>>;
}

/** By method and path. */
export type AuditedRoutes = Readonly<Record<string, AuditedRoute>>;

export const about = (
  events: readonly string[],
  call: AuditedOutcome['call'],
  failures: AuditedRoute['failures'] = {},
): AuditedRoute => ({ success: { events, call }, failures });

export const asks = (body: unknown): AuditedRoute => about([], () => ({ body }));

export const onUser = (events: readonly string[], body?: unknown): AuditedRoute =>
  about(events, async (world) => ({ ids: [(await world.aUser()).id], body }));
