import { WakeableTimer } from './wakeable-timer';

export interface WorkLoopOptions {
  /** Does what there is to do. For how long to rest then, in milliseconds; 0 where there may be more. */
  readonly step: () => Promise<number>;
  readonly restAfterFailureMs: number;
  /** Told of the first of the failures that come in a row. */
  readonly onFailure: (error: unknown) => void;
}

/** Takes one step after the other in the background. Its rests end early where somebody has work for it. */
export class WorkLoop {
  private readonly timer = new WakeableTimer();
  private running: Promise<void> = Promise.resolve();
  private isEnding = false;
  private isFailing = false;

  constructor(private readonly options: WorkLoopOptions) {}

  start(): void {
    this.running = this.run();
  }

  wake(): void {
    this.timer.wake();
  }

  /** Waits for the step that is under way, but no longer than `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.isEnding = true;
    this.timer.wake();
    const patience = new WakeableTimer();
    await Promise.race([this.running, patience.sleep(patienceMs)]);
    patience.wake();
  }

  private async run(): Promise<void> {
    while (!this.isEnding) {
      const restMs = await this.step();
      if (restMs > 0) await this.timer.sleep(restMs);
    }
  }

  private async step(): Promise<number> {
    try {
      const restMs = await this.options.step();
      this.isFailing = false;
      return restMs;
    } catch (error) {
      if (!this.isFailing) this.options.onFailure(error);
      this.isFailing = true;
      return this.options.restAfterFailureMs;
    }
  }
}
