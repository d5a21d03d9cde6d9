import { Injectable } from '@nestjs/common';
import { Metrics } from '../../../infrastructure/metrics';
import { VerifiedTokens } from './verified-tokens';

@Injectable()
export class VerifiedTokensMetrics {
  constructor(metrics: Metrics, tokens: VerifiedTokens) {
    metrics.add({
      name: 'portcullis_token_cache_lookups_total',
      help: 'Access tokens looked up among those verified before, by result',
      type: 'counter',
      aggregator: 'sum',
      read: () => [
        { labels: { result: 'hit' }, value: tokens.hits },
        { labels: { result: 'miss' }, value: tokens.misses },
      ],
    });
  }
}
