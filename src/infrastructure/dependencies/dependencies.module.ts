import { Global, Module } from '@nestjs/common';
import { Dependencies } from './dependencies';

@Global()
@Module({ providers: [Dependencies], exports: [Dependencies] })
export class DependenciesModule {}
