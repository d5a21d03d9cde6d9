/** objectGUID as Windows writes it: its first three parts are little-endian (MS-DTYP §2.3.4). */
export function guidOf(bytes: Buffer): string | null {
  if (bytes.length !== 16) return null;
  const part = (...order: readonly number[]): string =>
    order.map((at) => bytes.subarray(at, at + 1).toString('hex')).join('');
  return [part(3, 2, 1, 0), part(5, 4), part(7, 6), part(8, 9), part(10, 11, 12, 13, 14, 15)].join('-');
}
