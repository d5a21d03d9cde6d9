import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Debian's libfaketime, below the folder of the machine's architecture. */
function library(): string {
  const found = readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('The Debian package faketime is not installed');
  return found;
}

/** The clock of one process, which is wrong by as much as it is told, also while the process runs. */
export class FakeTime {
  private readonly dir = mkdtempSync(join(tmpdir(), 'portcullis-clock-'));

  constructor(offsetSeconds: number) {
    // Also for servers that run as somebody else.
    chmodSync(this.dir, 0o755);
    this.jumpTo(offsetSeconds);
  }

  /** The monotonic clock stays right: no operating system lets that jump. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** A program that is `program` with this clock, for those whose environment is not the caller's to choose. */
  wrap(program: string): string {
    const wrapper = join(this.dir, basename(program));
    const settings = Object.entries(this.env).map(([name, value]) => `${name}='${value}'`);
    writeFileSync(wrapper, `#!/bin/sh\nexec env ${settings.join(' ')} '${program}' "$@"\n`, { mode: 0o755 });
    return wrapper;
  }

  /** Replaced as a whole: the process reads the file at every look at its clock. */
  jumpTo(offsetSeconds: number): void {
    writeFileSync(`${this.file}.next`, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}`);
    renameSync(`${this.file}.next`, this.file);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  private get file(): string {
    return join(this.dir, 'offset');
  }
}
