export interface RoleDefinition {
  readonly id: string;
  readonly grants: readonly string[];
  /** Subtracted from what this role grants, inherited grants included; other roles of a holder are not touched. */
  readonly except: readonly string[];
  readonly parents: readonly string[];
  /** Whether whoever holds it, or a role that inherits from it, has to have a second factor. */
  readonly requiresMfa: boolean;
}
