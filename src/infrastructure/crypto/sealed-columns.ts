/** A column of boxes that one purpose seals. The primary key `id` is the context of each. */
export interface SealedColumn {
  readonly purpose: string;
  readonly table: string;
  readonly id: string;
  readonly ciphertext: string;
}

const declared = new Map<string, SealedColumn>();

/**
 * Declares where boxes of a purpose are stored, so that `keys rewrap` finds them when the root secret is replaced.
 * Returns the purpose, to seal and open with.
 *
 * @throws Error when the purpose is taken: a programming error that stops the boot.
 */
export function sealedColumn(column: SealedColumn): string {
  if (declared.has(column.purpose)) throw new Error(`The purpose "${column.purpose}" is declared twice`);
  declared.set(column.purpose, column);
  return column.purpose;
}

/** The columns that the code loaded into this process declares. */
export function sealedColumns(): readonly SealedColumn[] {
  return [...declared.values()];
}
