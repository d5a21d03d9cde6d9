import { AsyncResource } from 'node:async_hooks';

interface Joined<Row, Result> {
  readonly row: Row;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

interface GroupCommitOptions<Row, Result> {
  /** Writes all of the rows in one transaction, or none. Answers one result a row, in their order. */
  readonly write: (rows: readonly Row[]) => Promise<readonly Result[]>;
  readonly maxRows: number;
  /** Whether a failure says nothing about the rows, so that trying them one by one would only fail as often. */
  readonly isOutage: (error: unknown) => boolean;
}

/**
 * Lets writers who come at the same time share a commit: what arrives while one is in flight goes into the next.
 * No timer: whoever comes alone is written at once. A batch belongs to none of its callers: what it must know of
 * them, their rows carry.
 */
export class GroupCommit<Row, Result> {
  private readonly outsideOfRequests = new AsyncResource('GroupCommit');
  private waiting: Joined<Row, Result>[] = [];
  private isCommitting = false;

  constructor(private readonly options: GroupCommitOptions<Row, Result>) {}

  /** Resolves once the row's batch has committed; rejects where this very row cannot be written. */
  join(row: Row): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ row, resolve, reject });
      if (!this.isCommitting) void this.outsideOfRequests.runInAsyncScope(() => this.commitWaiting());
    });
  }

  private async commitWaiting(): Promise<void> {
    this.isCommitting = true;
    while (this.waiting.length > 0) await this.commit(this.waiting.splice(0, this.options.maxRows));
    this.isCommitting = false;
  }

  private async commit(batch: readonly Joined<Row, Result>[]): Promise<void> {
    try {
      const results = await this.options.write(batch.map(({ row }) => row));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1 || this.options.isOutage(error)) for (const { reject } of batch) reject(error);
      else for (const joined of batch) await this.commit([joined]);
    }
  }
}
