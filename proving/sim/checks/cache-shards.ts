/** I-20, and that shards come back: where keys live never changes, and every shard serves again. */

import type { Checker } from '../model.ts';
import { CONVERGE_MS } from '../run-options.ts';
import { newEvents } from './cache.ts';
import { checker } from './checker.ts';

/** A key that was once on one shard is asked for on no other one, whoever is dead. */
export function keysStayWhereTheyAre(): Checker {
  const added = newEvents();
  /** By copy: that of a layer behind has shards of its own. */
  const shards = [new Map<string, number>(), new Map<string, number>()] as const;
  return checker('I-20', (view, count) => {
    const first = view.cache?.site.shards ?? 0;
    for (const event of added(view)) {
      if (event.kind !== 'command') continue;
      for (const name of event.names) {
        count();
        const copy = shards[event.shard < first ? 0 : 1];
        const known = copy.get(name);
        if (known === undefined) copy.set(name, event.shard);
        else if (known !== event.shard) {
          return `a ${event.command} of ${name}, a key of shard ${known}, went to shard ${event.shard}`;
        }
      }
    }
    return null;
  });
}

/** When everything is healed, every shard serves again, to every process, and goes on doing so. */
export function shardsComeBack(): Checker {
  let lookedAt = 0;
  return checker('shard-return', ({ cache, now, quietSince }, count) => {
    if (cache === null || quietSince === null || now < quietSince + CONVERGE_MS) return null;
    // Once a second, as nothing here is over within less.
    if (now - lookedAt < LOOK_MS) return null;
    lookedAt = now;
    count();
    const away = cache.shards().findIndex(({ state }) => state !== 'serving');
    if (away >= 0)
      return `shard ${away} is ${cache.shards()[away]!.state}, ${seconds(now - quietSince)} s later`;
    const processes = cache.processes();
    const idle = processes.find(({ servesAll }) => !servesAll);
    if (idle)
      return `process ${idle.process} does not serve every shard, ${seconds(now - quietSince)} s later`;
    return processes.length < cache.site.processes ? 'a process has not come back' : null;
  });
}

const LOOK_MS = 1000;

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
