import { Global, Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { mailConfig, type MailDelivery } from '../../config/mail.config';
import { Dependencies, DependenciesModule } from '../dependencies';
import { MailOutbox } from './mail-outbox';
import { MailSender } from './mail-sender';
import { MailTransport } from './mail-transport';
import { Mailer } from './mailer';
import { RelayState } from './relay-state';
import { SmtpTransport } from './smtp-transport';
import { TerminalTransport } from './terminal-transport';

const FAILURE_MODES = {
  smtp: 'Mails wait in the outbox and are delivered once it is back; nothing else is affected.',
  terminal: 'Mails are shown in the terminal of the service, because this is a trial.',
  off: 'No mail is sent; recovery and verification by mail answer 503.',
} as const;

@Global()
@Module({
  imports: [ConfigModule.forFeature(mailConfig), DependenciesModule],
  providers: [
    {
      provide: RelayState,
      inject: [mailConfig.KEY, Dependencies],
      useFactory: ({ delivery }: ConfigType<typeof mailConfig>, dependencies: Dependencies): RelayState => {
        const relay = new RelayState(delivery.mode === 'smtp');
        const failureMode = FAILURE_MODES[delivery.mode];
        dependencies.add({ name: 'smtp', failureMode, condition: () => relay.condition() });
        return relay;
      },
    },
    {
      provide: MailTransport,
      inject: [mailConfig.KEY],
      useFactory: ({ delivery }: ConfigType<typeof mailConfig>) => transportFor(delivery),
    },
    MailOutbox,
    MailSender,
    Mailer,
  ],
  exports: [Mailer],
})
export class MailModule {}

function transportFor(delivery: MailDelivery): MailTransport {
  return delivery.mode === 'smtp' ? new SmtpTransport(delivery) : new TerminalTransport();
}
