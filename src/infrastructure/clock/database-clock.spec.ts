import { DatabaseClock } from './database-clock';

const NOON = Date.UTC(2026, 0, 31, 12);

class MovableClock extends DatabaseClock {
  machine = NOON;
  monotonic = 1_000;

  protected override machineMs(): number {
    return this.machine;
  }

  protected override monotonicMs(): number {
    return this.monotonic;
  }

  /** Time passes for everybody. */
  pass(ms: number): void {
    this.machine += ms;
    this.monotonic += ms;
  }

  /** Asks a database whose clock says `databaseMs` when the answer is under way. */
  sample(databaseMs: number, roundTripMs = 10): void {
    const askedAt = this.monotonic;
    this.pass(roundTripMs);
    this.observe({ databaseMs, askedAt, answeredAt: this.monotonic });
  }
}

describe('DatabaseClock', () => {
  it('is the clock of the machine until PostgreSQL has said the time', () => {
    expect(new MovableClock().nowMs()).toBe(NOON);
  });

  it.each([-3_600_000, 3_600_000])(
    'tells the time of PostgreSQL where the machine is %d ms ahead',
    (ahead) => {
      const clock = new MovableClock();
      clock.machine = NOON + ahead;
      clock.sample(NOON, 10);
      expect(clock.nowMs()).toBe(NOON + 5);
      expect(clock.offsetMs).toBe(ahead + 5);
      clock.pass(60_000);
      expect(clock.nowMs()).toBe(NOON + 60_005);
      expect(clock.now()).toEqual(new Date(NOON + 60_005));
      expect(clock.nowSeconds()).toBe(NOON / 1_000 + 60);
    },
  );

  it('is not moved by a machine whose clock jumps', () => {
    const clock = new MovableClock();
    clock.sample(NOON);
    const before = clock.nowMs();
    clock.machine += 7_200_000;
    expect(clock.nowMs()).toBe(before);
    clock.machine -= 14_400_000;
    expect(clock.nowMs()).toBe(before);
  });

  it('prefers an old measurement of a fast answer to one of a slow answer, and a new one where that is as good', () => {
    const clock = new MovableClock();
    clock.sample(NOON, 2);
    const before = clock.nowMs();
    clock.sample(NOON + 20, 4_000);
    expect(clock.nowMs()).toBe(before + 4_000);
    clock.sample(clock.nowMs() + 3, 2);
    expect(clock.nowMs()).toBe(before + 4_000 + 2 + 2);
  });

  it('follows PostgreSQL when its own clock is set, however slow the answer', () => {
    const clock = new MovableClock();
    clock.sample(NOON, 2);
    clock.sample(NOON - 600_000, 1_000);
    expect(clock.nowMs()).toBe(NOON - 600_000 + 500);
  });

  it('calls a clock that is two seconds off down, in either direction, and up again once it is right', () => {
    const clock = new MovableClock();
    clock.sample(NOON);
    expect(clock.condition).toMatchObject({ state: 'up', breaker: null });
    for (const jump of [-3_000, 6_000]) {
      clock.machine += jump;
      clock.sample(clock.nowMs());
      expect(clock.condition.state).toBe('down');
    }
    clock.machine -= 3_000;
    clock.sample(clock.nowMs());
    expect(clock.condition.state).toBe('up');
  });
});
