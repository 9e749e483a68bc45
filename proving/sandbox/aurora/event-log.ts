/** RDS events: kept for DescribeEvents, and put on the default bus in the shape RDS gives them. */

import type { RdsEvent } from '../../twin/aurora/index.ts';
import type { EventBus, World } from '../kernel/index.ts';

export interface LoggedEvent extends RdsEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly arn: string;
}

/** RDS keeps events for 14 days; memory here is bounded instead. */
const EVENTS_MAX = 1_000;

export class EventLog {
  private readonly world: World;
  private readonly bus: EventBus;
  private readonly events: LoggedEvent[] = [];

  constructor(world: World, bus: EventBus) {
    this.world = world;
    this.bus = bus;
  }

  add(event: RdsEvent): void {
    const at = this.world.now();
    const { accountId, region } = this.world;
    const kind = event.sourceType === 'CLUSTER' ? 'cluster' : 'db';
    const arn = `arn:aws:rds:${region}:${accountId}:${kind}:${event.source}`;
    this.events.push({ ...event, at, arn });
    if (this.events.length > EVENTS_MAX) this.events.shift();
    this.world.log('aurora', event.message, { event: event.id, source: event.source });
    this.bus.publish({
      source: 'aws.rds',
      'detail-type': event.sourceType === 'CLUSTER' ? 'RDS DB Cluster Event' : 'RDS DB Instance Event',
      resources: [arn],
      detail: {
        EventCategories: event.categories,
        SourceType: event.sourceType,
        SourceArn: arn,
        Date: new Date(at).toISOString(),
        Message: event.message,
        SourceIdentifier: event.source,
        EventID: event.id,
      },
    });
  }

  all(): readonly LoggedEvent[] {
    return this.events;
  }
}
