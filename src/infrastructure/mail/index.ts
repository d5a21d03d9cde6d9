export { MailModule } from './mail.module';
export { defineMail, type MailLink, type MailTemplate } from './mail-template';
export { Mailer } from './mailer';
