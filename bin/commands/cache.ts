/** `understudy cache grow`: doubles the shards of an environment's cache, guided. */

import type { LockedCache } from '../../core/cache/growth/index.ts';
import type { CacheCopy } from '../../core/state/cache-items.ts';
import { openFront } from '../../ops/cache-front.ts';
import { growCache, type Grown } from '../../ops/cache-grow.ts';
import type { GrowthFront } from '../../ops/growth-front.ts';
import { output, type Outputs, readOutputs } from '../../ops/outputs.ts';
import { cacheLock, type CacheLock } from '../stage/cache-lock.ts';
import { INTERRUPTED, interruptSignal } from '../stage/interrupt.ts';
import { findTarget, type OperatorOptions } from '../stage/operator.ts';
import { createTerminal, type Terminal } from '../stage/terminal.ts';

export interface CacheGrowCommand extends Pick<OperatorOptions, 'target'> {
  readonly abort: boolean;
  readonly status: boolean;
  readonly json: boolean;
}

const EXIT = { done: 0, notDone: 1 } as const;

export async function cacheGrow(environment: string, command: CacheGrowCommand): Promise<number> {
  const terminal = createTerminal();
  const signal = interruptSignal();
  const lock = cacheLock(environment);
  const { target } = await findTarget(command);
  const outputs = await readOutputs(target, lock.stage);
  const front = openFront(target, output(outputs, 'CacheFrontName'));
  const fronts = new Map(copiesOf(outputs).map((cache) => [cache, front.of(cache)]));
  try {
    if (command.status) return await status(environment, { fronts, lock, terminal, json: command.json });
    const ports = { fronts, clock: front.clock, lock, say: (line: string) => terminal.say(line) };
    const goal = command.abort ? 'return' : 'grow';
    const grown = await growCache(ports, { environment, goal, signal });
    if (command.json) terminal.data(JSON.stringify(lineOf(environment, grown, lock.read())));
    tell(grown, terminal);
    if (signal.aborted) return INTERRUPTED;
    return grown.state === 'done' ? EXIT.done : EXIT.notDone;
  } finally {
    front.close();
  }
}

/** The gutter holds no key for long, and does not grow. */
function copiesOf(outputs: Outputs): readonly CacheCopy[] {
  return outputs['CacheCopies'] === undefined ? ['main'] : ['main', 'copy'];
}

interface Status {
  readonly fronts: ReadonlyMap<CacheCopy, GrowthFront>;
  readonly lock: CacheLock;
  readonly terminal: Terminal;
  readonly json: boolean;
}

async function status(environment: string, { fronts, lock, terminal, json }: Status): Promise<number> {
  const copies: object[] = [];
  for (const [cache, front] of fronts) {
    const { ring, rows, holders, knows } = await front.look();
    const { shards, target, moved, parts, phase, isReturning } = ring;
    const serving = rows.filter(({ state }) => state === 'serving').length;
    const behind = holders.filter((holder) => holder.ring < ring.epoch).length;
    const processes = { processes: holders.length, processes_behind: behind };
    const growth = { growing_to: target, moved, parts, phase, returning: isReturning };
    copies.push({ cache, shards, deployed: knows, serving, ...growth, ...processes });
    const where =
      target === null
        ? 'not growing'
        : `${isReturning ? 'going back from' : 'growing to'} ${target}, ${moved} of ${parts} parts moved, ${phase}`;
    terminal.say(
      `${cache}: ${shards} shards (${knows} deployed, ${serving} of ${rows.length} in service), ${where}`,
    );
    terminal.say(
      `${cache}: ${holders.length} processes, ${behind} of them have not heard of the newest phase`,
    );
  }
  if (json) terminal.data(JSON.stringify({ environment, lock: lock.read(), copies }));
  return EXIT.done;
}

/** The line of `--json`; what was not measured is null. */
function lineOf(environment: string, grown: Grown, lock: LockedCache): object {
  const { state, shards, next, copies } = grown;
  return {
    environment,
    state,
    shards,
    lock,
    next,
    copies: copies.map(({ cache, state: copyState, hitRatioBefore, parts }) => ({
      cache,
      state: copyState,
      hit_ratio_before: hitRatioBefore,
      hit_ratio_lowest: lowestOf(parts.map(({ hitRatioLowest }) => hitRatioLowest)),
      parts: parts.map((part) => ({
        part: part.part,
        to: part.to,
        ms: part.ms,
        purged: part.purged,
        hit_ratio_lowest: part.hitRatioLowest,
        hit_ratio_after: part.hitRatioAfter,
      })),
    })),
  };
}

function lowestOf(ratios: readonly (number | null)[]): number | null {
  const known = ratios.filter((ratio) => ratio !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function tell({ state, shards, next }: Grown, terminal: Terminal): void {
  if (state === 'done') terminal.good(`the cache has ${shards} shards`);
  else if (state === 'deploy') terminal.say('the next steps are yours:');
  else terminal.bad(`not done: ${state}. Run the command again to go on, or with --abort to give it up`);
  for (const [at, line] of next.entries()) terminal.say(`${at + 1}. ${line}`);
}
