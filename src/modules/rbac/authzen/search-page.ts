import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CursorCodec } from '../../../infrastructure/pagination';

export const MAX_RESULTS = 100;

interface PagedBody {
  readonly page?: { readonly token?: string | undefined; readonly limit?: number | undefined } | undefined;
}

interface ResultPage<T> {
  page: { next_token: string; count: number };
  results: T[];
}

/** Where a search goes on. Its token belongs to one question: with another it is refused. */
@Injectable()
export class SearchPages {
  constructor(private readonly cursors: CursorCodec) {}

  /** @throws DomainError `REQUEST.INVALID_CURSOR` */
  startOf(body: PagedBody, fromTheStart: string): string {
    const token = body.page?.token ?? '';
    return token === '' ? fromTheStart : (this.cursors.decode(listOf(body), token)[0] ?? fromTheStart);
  }

  limitOf({ page }: PagedBody): number {
    return Math.min(page?.limit ?? MAX_RESULTS, MAX_RESULTS);
  }

  /** @param last null where nothing follows. */
  answer<T>(body: PagedBody, results: readonly T[], last: string | null): ResultPage<T> {
    const next_token = last === null ? '' : this.cursors.encode(listOf(body), [last]);
    return { page: { next_token, count: results.length }, results: [...results] };
  }
}

function listOf({ page, ...question }: PagedBody): string {
  const limit = page?.limit ?? null;
  return `search:${createHash('sha256')
    .update(JSON.stringify([question, limit]))
    .digest('base64url')}`;
}
