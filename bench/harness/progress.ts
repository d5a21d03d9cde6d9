/** For whoever watches; standard output is for results. */
export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
