interface Joined<Row> {
  readonly row: Row;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

interface GroupCommitOptions<Row> {
  /** Writes all of the rows in one transaction, or none. */
  readonly write: (rows: readonly Row[]) => Promise<void>;
  readonly maxRows: number;
  /** Whether a failure says nothing about the rows, so that trying them one by one would only fail as often. */
  readonly isOutage: (error: unknown) => boolean;
}

/**
 * Lets writers who come at the same time share a commit: what arrives while one is in flight goes into the next.
 * No timer: whoever comes alone is written at once.
 */
export class GroupCommit<Row> {
  private waiting: Joined<Row>[] = [];
  private isCommitting = false;

  constructor(private readonly options: GroupCommitOptions<Row>) {}

  /** Resolves once the row's batch has committed; rejects where this very row cannot be written. */
  join(row: Row): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ row, resolve, reject });
      if (!this.isCommitting) void this.commitWaiting();
    });
  }

  private async commitWaiting(): Promise<void> {
    this.isCommitting = true;
    while (this.waiting.length > 0) await this.commit(this.waiting.splice(0, this.options.maxRows));
    this.isCommitting = false;
  }

  private async commit(batch: readonly Joined<Row>[]): Promise<void> {
    try {
      await this.options.write(batch.map(({ row }) => row));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || this.options.isOutage(error)) for (const { reject } of batch) reject(error);
      else for (const joined of batch) await this.commit([joined]);
    }
  }
}
