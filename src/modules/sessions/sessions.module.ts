import { Module, type OnModuleInit } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { sessionsConfig } from '../../config/sessions.config';
import { Purge } from '../../infrastructure/purge';
import { RefreshGrace } from './refresh-grace';
import { RefreshRotation } from './refresh-rotation';
import { RefreshTokensRepository } from './refresh-tokens.repository';
import { RefreshTokensService } from './refresh-tokens.service';
import { SessionActivity } from './session-activity';
import { SessionPersonalData } from './session-personal-data';
import { SessionsController } from './sessions.controller';
import { PURGE_SESSIONS, SessionsRepository } from './sessions.repository';
import { SessionsService } from './sessions.service';
import './sessions.permissions';

@Module({
  imports: [ConfigModule.forFeature(sessionsConfig)],
  controllers: [SessionsController],
  providers: [
    SessionsRepository,
    SessionsService,
    SessionActivity,
    SessionPersonalData,
    RefreshTokensRepository,
    RefreshTokensService,
    RefreshRotation,
    RefreshGrace,
  ],
  exports: [SessionsService, SessionActivity, SessionPersonalData, RefreshTokensService],
})
export class SessionsModule implements OnModuleInit {
  constructor(private readonly purge: Purge) {}

  onModuleInit(): void {
    this.purge.register(PURGE_SESSIONS);
  }
}
