import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import {
  EventPublisher,
  isEventSubscriber,
  type DomainEvent,
  type EventContext,
  type EventSubscriber,
} from '../../common/events';
import { RequestContext } from '../request-context';

/** Hands each event to every subscriber of this process, in the publisher's own transaction. */
@Injectable()
export class InProcessEventPublisher extends EventPublisher implements OnModuleInit {
  private readonly subscribers: EventSubscriber[] = [];

  constructor(
    private readonly context: RequestContext,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {
    super();
  }

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const provider = instance as Record<string, EventSubscriber>;
      for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(provider) as object)) {
        const method = provider[name];
        if (method !== undefined && isEventSubscriber(method)) this.subscribers.push(method.bind(provider));
      }
    }
  }

  override async publish(event: DomainEvent, origin: EventContext = this.context.capture()): Promise<void> {
    const actor = event.actor ?? origin.actor;
    const sessionId = event.sessionId ?? origin.sessionId;
    for (const notify of this.subscribers) await notify(event, { ...origin, actor, sessionId });
  }
}
