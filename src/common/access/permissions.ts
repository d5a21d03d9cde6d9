export type PermissionRisk = 'low' | 'high' | 'critical';

export interface PermissionDefinition {
  readonly description: string;
  readonly risk: PermissionRisk;
  /** Permissions that come along with it where it is granted; a denial takes only what it names. */
  readonly implies?: readonly string[];
}

/**
 * Every permission that code defines, by name. Modules extend it by declaration merging, so that a typo in
 * `@RequirePermission()` does not compile:
 *
 * ```ts
 * declare module '../../common/access/permissions' {
 *   interface Permissions extends Record<keyof typeof catalogPermissions, true> {}
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface Permissions {}

export type PermissionName = Extract<keyof Permissions, string>;

type Resource<Module extends string> = Module | `${Module}.${string}`;

const NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*:[a-z][a-z0-9-]*$/;
const declared = new Map<string, PermissionDefinition>();

/**
 * Declares the permissions of one module. The first segment of every name is the module that owns it.
 *
 * @throws Error when a name is malformed, foreign, or declared twice: a programming error that stops the boot.
 */
export function definePermissions<
  const Module extends string,
  const Definitions extends Readonly<Record<`${Resource<Module>}:${string}`, PermissionDefinition>>,
>(module: Module, definitions: Definitions): Definitions {
  for (const [name, definition] of Object.entries<PermissionDefinition>(definitions)) {
    const owner = name.split(/[.:]/, 1)[0];
    if (!NAME.test(name) || owner !== module) {
      throw new Error(`Permission "${name}" is not "resource:action" of the module "${module}"`);
    }
    if (declared.has(name)) throw new Error(`Permission "${name}" is declared twice`);
    declared.set(name, definition);
  }
  return definitions;
}

/** The permissions that the code loaded into this process declares. */
export function declaredPermissions(): ReadonlyMap<string, PermissionDefinition> {
  return declared;
}
