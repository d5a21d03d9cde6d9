interface RoutePath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Which methods each path knows, for the answer to one that it does not (RFC 9110 §15.5.6). */
export class RouteMethods {
  private readonly paths = new Map<string, RoutePath>();

  /** `url` as routes are written: `:name` is one segment, `*` the rest. */
  add(url: string, method: string | readonly string[]): void {
    let path = this.paths.get(url);
    if (path === undefined) {
      path = { pattern: patternOf(url), methods: new Set() };
      this.paths.set(url, path);
    }
    for (const known of [method].flat()) path.methods.add(known);
  }

  /** Sorted; empty where there is no such path. */
  of(url: string): string[] {
    const pathname = url.split('?', 1)[0] ?? '';
    const matching = [...this.paths.values()].filter(({ pattern }) => pattern.test(pathname));
    return [...new Set(matching.flatMap(({ methods }) => [...methods]))].sort();
  }
}

function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[^/]+/g, '[^/]+').replaceAll('*', '.*')}$`);
}
