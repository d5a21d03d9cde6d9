/** A pause that somebody else may cut short, even before it begins. */
export class WakeableTimer {
  private isDue = false;
  private resume: (() => void) | undefined;

  async sleep(ms: number): Promise<void> {
    if (!this.isDue) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.resume = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    this.resume = undefined;
    this.isDue = false;
  }

  /** Wakes whoever sleeps; where nobody does, the next sleep ends at once. */
  wake(): void {
    this.isDue = true;
    this.resume?.();
  }
}
