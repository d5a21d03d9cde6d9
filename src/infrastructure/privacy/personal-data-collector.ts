import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { personalDataSectionOf, type PersonalDataSource } from '../../common/privacy';

/** Asks every module of this process what it keeps about a person. */
@Injectable()
export class PersonalDataCollector implements OnModuleInit {
  private readonly sources = new Map<string, PersonalDataSource>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const provider = instance as Record<string, PersonalDataSource>;
      for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(provider) as object)) {
        const method = provider[name];
        const section = method === undefined ? undefined : personalDataSectionOf(method);
        if (method !== undefined && section !== undefined) this.sources.set(section, method.bind(provider));
      }
    }
  }

  /** By section. */
  async collect(subjectId: string): Promise<Record<string, unknown>> {
    const sections: Record<string, unknown> = {};
    for (const [section, source] of this.sources) sections[section] = await source(subjectId);
    return sections;
  }
}
