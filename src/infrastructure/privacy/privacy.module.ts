import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { PersonalDataCollector } from './personal-data-collector';

@Global()
@Module({ imports: [DiscoveryModule], providers: [PersonalDataCollector], exports: [PersonalDataCollector] })
export class PrivacyModule {}
