import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Generations } from '../../../infrastructure/cache';
import type { VerifiedToken } from './verified-token';

const MAX_TOKENS = 100_000;

/** Tokens whose signature was verified before, by their SHA-256: the token itself is never kept. */
@Injectable()
export class VerifiedTokens {
  private readonly tokens = new Generations<VerifiedToken>(MAX_TOKENS);

  /** How often a token was known, and how often not. */
  hits = 0;
  misses = 0;

  find(token: string): VerifiedToken | undefined {
    const verified = this.tokens.get(digest(token));
    if (verified === undefined) this.misses++;
    else this.hits++;
    return verified;
  }

  remember(token: string, verified: VerifiedToken): void {
    this.tokens.set(digest(token), verified);
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64');
}
