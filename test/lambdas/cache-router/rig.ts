/** The `cache-router` handler over a world and a store in memory. */

import { createHandler, type RouterReport } from '../../../lambdas/cache-router/handler.ts';
import { defaultsOf } from '../../../core/thresholds/index.ts';
import type { CacheThresholds } from '../../../core/thresholds/cache.ts';
import { MemoryCacheStore } from '../fakes/cache-store.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { controllerRig, SCHEDULE } from '../fakes/controller-rig.ts';
import {
  invocation,
  MemoryStore,
  Process,
  RecordedMetrics,
  REGION,
  SILENT,
  TABLE,
} from '../fakes/process.ts';
import { ENV, World, ZONES } from '../fakes/world.ts';
import { CacheWorld } from './world.ts';

export { SCHEDULE };
export const NAME = 'cache-router';
export const THRESHOLDS = defaultsOf('cache') as CacheThresholds;

export function setUp(shards = 4) {
  const clock = new VirtualClock();
  const world = new CacheWorld(clock, shards);
  const store = new MemoryStore(new World(clock));
  const cacheStore = new MemoryCacheStore();
  cacheStore.observations = (zones) => world.observations(zones);
  const metrics = new RecordedMetrics();
  const settings = {
    env: ENV,
    functionName: NAME,
    table: TABLE,
    region: REGION,
    zones: ZONES,
    shards: world.shards.map(({ id, shard }) => ({ memberId: id, cache: 'main' as const, shard })),
    mode: 'act' as const,
  };
  const run = (process = new Process(), event: unknown = SCHEDULE): Promise<RouterReport> => {
    const ports = {
      clock,
      store: process.wrap(store),
      cacheStore: process.wrap(cacheStore),
      shards: process.wrap(world.ledgerPort),
      control: process.wrap(world.controlPort),
      metrics,
      log: SILENT,
    };
    return createHandler(ports, settings)(event, invocation(clock, NAME));
  };
  const common = controllerRig({ clock, store, tier: 'cache', run: () => run() });
  return { clock, world, store, cacheStore, metrics, run, ...common };
}

/** Shard 1 hangs, is known to hang, and was quarantined by its clients. */
export function setUpHung(forMs = THRESHOLDS['reboot-after-ms'] + 4000) {
  const rig = setUp();
  rig.world.hang(1);
  rig.world.move(1, 'closed');
  rig.clock.advance(forMs);
  return rig;
}
