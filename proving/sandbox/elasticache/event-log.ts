/** ElastiCache's events, kept for DescribeEvents. Node-based caches put none on the event bus, on AWS as here. */

import type { CacheEvent } from '../../twin/elasticache/index.ts';
import type { World } from '../kernel/index.ts';

export interface LoggedEvent extends CacheEvent {
  /** Epoch ms. */
  readonly at: number;
}

/** ElastiCache keeps events for 14 days; memory here is bounded instead. */
const EVENTS_MAX = 1_000;

export class EventLog {
  private readonly world: World;
  private readonly events: LoggedEvent[] = [];

  constructor(world: World) {
    this.world = world;
  }

  add(event: CacheEvent): void {
    this.events.push({ ...event, at: this.world.now() });
    if (this.events.length > EVENTS_MAX) this.events.shift();
    this.world.log('elasticache', event.message, { source: event.source });
  }

  all(): readonly LoggedEvent[] {
    return this.events;
  }
}
