import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { CacheModule } from './infrastructure/cache';
import { ChangeFeedModule } from './infrastructure/change-feed';
import { ClockModule } from './infrastructure/clock';
import { CryptoModule } from './infrastructure/crypto';
import { DatabaseModule } from './infrastructure/database';
import { DeferredWorkModule } from './infrastructure/deferred-work';
import { DependenciesModule } from './infrastructure/dependencies';
import { EventsModule } from './infrastructure/events';
import { ProblemFilter, ValidationPipe } from './infrastructure/http';
import { MetricsModule } from './infrastructure/metrics';
import { MailModule } from './infrastructure/mail';
import { PaginationModule } from './infrastructure/pagination';
import { PrivacyModule } from './infrastructure/privacy';
import { PurgeModule } from './infrastructure/purge';
import { RateLimitGuard, RateLimitModule } from './infrastructure/rate-limit';
import { RedisModule } from './infrastructure/redis';
import { RequestContextModule } from './infrastructure/request-context';
import { AuditModule, AuditSealingModule } from './modules/audit';
import { AssuranceGuard, AuthenticationGuard, AuthModule } from './modules/auth';
import { IdentityProvidersModule } from './modules/identity-providers';
import { HealthModule } from './modules/health';
import { PermissionsGuard, RbacModule } from './modules/rbac';
import { SessionsModule } from './modules/sessions';
import { UsersModule } from './modules/users';

/** The composition root. Global guards run in the order of their registration. */
@Module({
  imports: [
    ConfigModule.forRoot({ ignoreEnvFile: true, ignoreEnvVars: true }),
    RequestContextModule,
    ClockModule,
    CryptoModule,
    DependenciesModule,
    DatabaseModule,
    RedisModule,
    CacheModule,
    ChangeFeedModule,
    EventsModule,
    MetricsModule,
    PaginationModule,
    PrivacyModule,
    PurgeModule,
    DeferredWorkModule,
    MailModule,
    RateLimitModule,
    UsersModule,
    SessionsModule,
    RbacModule,
    IdentityProvidersModule,
    AuthModule,
    AuditModule,
    AuditSealingModule,
    HealthModule,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: ValidationPipe },
    { provide: APP_GUARD, useExisting: RateLimitGuard },
    { provide: APP_GUARD, useExisting: AuthenticationGuard },
    { provide: APP_GUARD, useClass: PermissionsGuard },
    { provide: APP_GUARD, useExisting: AssuranceGuard },
  ],
})
export class AppModule {}
