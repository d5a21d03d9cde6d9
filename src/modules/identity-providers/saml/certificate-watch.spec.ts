import { Logger } from '@nestjs/common';
import { makeKeyPair } from '../../../../test/support/saml/certificates';
import { Clock } from '../../../infrastructure/clock';
import type { ProviderDirectory } from '../provider-directory';
import { CertificateWatch } from './certificate-watch';

const MS_PER_DAY = 86_400_000;
const { certificatePem } = makeKeyPair(90);

class MovedClock extends Clock {
  days = 0;

  override nowMs(): number {
    return Date.now() + this.days * MS_PER_DAY;
  }
}

describe('the watch over certificates', () => {
  const clock = new MovedClock();
  const provider = { kind: 'saml', slug: 'corp', config: { idpCertificates: [certificatePem] } };
  const directory = { list: () => Promise.resolve([provider]) } as unknown as ProviderDirectory;
  const watch = new CertificateWatch(directory, clock);
  const lines: string[] = [];

  beforeAll(() => {
    jest
      .spyOn(Logger.prototype, 'warn')
      .mockImplementation((line: string) => void lines.push(`warn: ${line}`));
    jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((line: string) => void lines.push(`error: ${line}`));
  });

  afterAll(() => {
    jest.restoreAllMocks();
  });

  it('says once a day which end within 30 days, and urgently which end within three', async () => {
    for (const days of [0, 58, 61, 61, 87, 95]) {
      clock.days = days;
      await watch.look();
    }
    const subject = 'A certificate of the identity provider "corp"';
    expect(lines).toEqual([
      `warn: ${subject} ends in 28 days`,
      `error: ${subject} ends in 2 days`,
      `error: ${subject} has expired`,
    ]);
  });
});
