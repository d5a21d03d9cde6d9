import { Injectable } from '@nestjs/common';
import type { Dependency } from './dependency';

/** Everything outside that this process uses. Each adapter adds its own. */
@Injectable()
export class Dependencies {
  private readonly known = new Map<string, Dependency>();

  add(dependency: Dependency): void {
    this.known.set(dependency.name, dependency);
  }

  /** It is used no more. One that has taken its name since stays. */
  remove(dependency: Dependency): void {
    if (this.known.get(dependency.name) === dependency) this.known.delete(dependency.name);
  }

  /** By name. */
  list(): Dependency[] {
    return [...this.known.values()].sort((a, b) => a.name.localeCompare(b.name));
  }
}
