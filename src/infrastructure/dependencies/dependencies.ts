import { Injectable } from '@nestjs/common';
import type { Dependency } from './dependency';

/** Everything outside that this process uses. Each adapter adds its own. */
@Injectable()
export class Dependencies {
  private readonly known = new Map<string, Dependency>();

  add(dependency: Dependency): void {
    this.known.set(dependency.name, dependency);
  }

  /** By name. */
  list(): Dependency[] {
    return [...this.known.values()].sort((a, b) => a.name.localeCompare(b.name));
  }
}
