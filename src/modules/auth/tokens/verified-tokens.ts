import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { VerifiedToken } from './verified-token';

const MAX_TOKENS = 100_000;

/** Tokens whose signature was verified before, by their SHA-256: the token itself is never kept. */
@Injectable()
export class VerifiedTokens {
  private readonly tokens = new LRUCache<string, VerifiedToken>({ max: MAX_TOKENS });

  find(token: string): VerifiedToken | undefined {
    return this.tokens.get(digest(token));
  }

  remember(token: string, verified: VerifiedToken): void {
    this.tokens.set(digest(token), verified);
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64');
}
