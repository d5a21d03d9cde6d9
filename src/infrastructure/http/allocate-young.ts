import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 make every object young. It would make old at once what it saw survive before, such as the arrays of requests
 * that waited while the process was starting: each of those keeps its dead request until the next full collection, and
 * every collection before copies it (ADR 0037).
 */
export function allocateYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
