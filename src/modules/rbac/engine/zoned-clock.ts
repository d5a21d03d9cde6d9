const QUARTER_HOUR_MS = 900_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

const clocks = new Map<string, ZonedClock>();

/** The wall clock of an IANA time zone. The zones are few, and each is made once. */
export function clockOf(zone: string): ZonedClock {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new ZonedClock(zone);
    clocks.set(zone, clock);
  }
  return clock;
}

export class ZonedClock {
  private readonly format: Intl.DateTimeFormat;
  private quarter = NaN;
  private offsetMinutes = 0;

  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  }

  /** The day of the week, 0 for Monday, and the minute of the day. */
  at(now: number): { day: number; minute: number } {
    const minutes = Math.floor(now / MINUTE_MS) + this.offsetAt(now);
    const days = Math.floor(minutes / DAY_MINUTES);
    // The epoch was a Thursday.
    return { day: (((days + 3) % 7) + 7) % 7, minute: minutes - days * DAY_MINUTES };
  }

  /** Clocks change at quarters of an hour only, and formatting a date costs more than all the rest of a decision. */
  private offsetAt(now: number): number {
    const quarter = Math.floor(now / QUARTER_HOUR_MS);
    if (quarter !== this.quarter) {
      const start = quarter * QUARTER_HOUR_MS;
      this.offsetMinutes = Math.round((this.wallClock(start) - start) / MINUTE_MS);
      this.quarter = quarter;
    }
    return this.offsetMinutes;
  }

  private wallClock(at: number): number {
    const parts = Object.fromEntries(
      this.format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute);
  }
}
