/** What every controller of the database runs over in its tests: a world and a store in memory. */

import { VirtualClock } from './clock.ts';
import { controlOf, MemoryStore, type Process, RecordedMetrics, SILENT } from './process.ts';
import { World } from './world.ts';

export function rigOf(readers: number) {
  const clock = new VirtualClock();
  const world = new World(clock, readers);
  const store = new MemoryStore(world);
  const metrics = new RecordedMetrics();
  /** As one process of the function sees them: it may die at any call. */
  const portsOf = (process: Process) => ({
    clock,
    store: process.wrap(store),
    control: process.wrap(controlOf(world)),
    metrics,
    log: SILENT,
  });
  return { clock, world, store, metrics, portsOf };
}
