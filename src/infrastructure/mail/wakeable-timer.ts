/** A pause that somebody else may cut short. */
export class WakeableTimer {
  private resume: () => void = () => undefined;

  async sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.resume = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** Wakes whoever sleeps now; a later sleep is not shortened. */
  wake(): void {
    this.resume();
  }
}
