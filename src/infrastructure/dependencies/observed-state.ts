import type { DependencyState } from './dependency';

/** What was last seen of a dependency, and since when. */
export class ObservedState {
  private state: DependencyState;
  private changedAt = new Date();

  constructor(initial: DependencyState) {
    this.state = initial;
  }

  get current(): { readonly state: DependencyState; readonly since: Date } {
    return { state: this.state, since: this.changedAt };
  }

  see(state: DependencyState): void {
    if (state === this.state) return;
    this.state = state;
    this.changedAt = new Date();
  }
}
