import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { SigningKeysService } from './signing-keys.service';

/** Half of the shortest lead there may be, so that no turn comes much too late. */
const INTERVAL_MS = 5_000;

/** Keeps the ring turning. Every process looks, one acts. */
@Injectable()
export class KeyRotation implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('SigningKeys');
  private turning: NodeJS.Timeout | undefined;

  constructor(private readonly keys: SigningKeysService) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.keys.advance();
    await this.keys.adoptAlgorithm();
    this.turning = setInterval(() => void this.turn(), INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.turning);
  }

  private async turn(): Promise<void> {
    await this.keys.advance().catch((error: unknown) => {
      this.logger.warn(`The key ring could not be turned: ${String(error)}`);
    });
  }
}
