import { Global, Module } from '@nestjs/common';
import { Certificates } from './certificates';
import { Dependencies } from './dependencies';

@Global()
@Module({ providers: [Dependencies, Certificates], exports: [Dependencies, Certificates] })
export class DependenciesModule {}
