/** Opens the rules of a service with everything real: the front table, and the system's clock. */

import { type Fault, InvalidInput } from '../../core/errors.ts';
import type { Assignment, Subject } from '../../core/strategy/index.ts';
import { StrategyFollower, type StrategyStatus } from '../strategy/follower.ts';
import type { StrategySource } from '../strategy/ports.ts';
import { DynamoDbStrategySource } from './dynamodb-strategy-source.ts';
import { systemClock, systemRandom } from './system.ts';

export interface OpenStrategyOptions {
  readonly service: string;
  /** The front table. @default - none: everybody gets `stable` */
  readonly table?: string;
  /** Region of the table. Needed with it. */
  readonly region?: string;
  /** Between two looks, give or take a fifth. @default 5,000 */
  readonly refreshMs?: number;
  /** In the place of the table. @default - the table */
  readonly source?: StrategySource;
}

export interface OpenStrategy {
  /** Purely from what was read last: never waits, never fails. */
  assign(subject: Subject): Assignment;
  /** A snapshot for people and for a status page. */
  describe(): StrategyStatus;
  /** Resolves when the rules were read once, or could not be. */
  ready(): Promise<void>;
  close(): void;
}

/** Returns at once; until the rules were read everybody gets `stable`. Throws `invalid-input` naming every option that is wrong. */
export function openStrategy(options: OpenStrategyOptions): OpenStrategy {
  check(options);
  const { service, refreshMs } = options;
  const source = options.source ?? sourceOf(options);
  const follower = new StrategyFollower({
    source,
    service,
    clock: systemClock,
    random: systemRandom,
    ...(refreshMs !== undefined && { refreshMs }),
  });
  const isRead = follower.start();
  return {
    assign: (subject) => follower.assign(subject),
    describe: () => follower.describe(),
    ready: () => isRead,
    close() {
      follower.close();
      source.close?.();
    },
  };
}

function sourceOf({ table, region }: OpenStrategyOptions): StrategySource {
  if (table === undefined) return { read: () => Promise.resolve(null) };
  return new DynamoDbStrategySource({ table, region: region! });
}

function check({ service, table, region, refreshMs }: OpenStrategyOptions): void {
  const faults: Fault[] = [];
  if (service === '') {
    faults.push({ field: 'service', value: service, rule: 'must be a name', fix: "such as 'shop'" });
  }
  if (table !== undefined && !region) {
    const fix = "such as 'eu-central-1'";
    faults.push({ field: 'region', value: region, rule: 'is needed with a table', fix });
  }
  if (refreshMs !== undefined && !(Number.isSafeInteger(refreshMs) && refreshMs >= 100)) {
    const rule = 'must be a whole number of ms, at least 100';
    faults.push({ field: 'refreshMs', value: refreshMs, rule, fix: 'leave it out for 5,000' });
  }
  if (faults.length > 0) throw new InvalidInput('The strategy', faults);
}
