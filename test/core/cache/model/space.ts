/** All interleavings of the world: what may happen next, and what must never have happened. */

import type { JournalEntry } from '../../../../core/cache/protocol/index.ts';
import { clientSteps } from './clients.ts';
import { entryAt, processOf, stored } from './commands.ts';
import { keeperSteps } from './keepers.ts';
import { operatorSteps } from './operators.ts';
import { type Protocol, SHIPPED } from './protocol.ts';
import type { Space, Step } from './search.ts';
import { normalized } from './normalized.ts';
import { ticked } from './ticked.ts';
import { newWorld, type Process, type Size, spent, type World } from './world.ts';

export function spaceOf(
  size: Size,
  protocol: Protocol = SHIPPED,
  { isExact = false }: { readonly isExact?: boolean } = {},
): Space<World> {
  return {
    initial: newWorld(size),
    next: (world) =>
      [
        { label: 'tick all', state: ticked(world) },
        ...world.clients.flatMap((_, at) => clientSteps({ world, protocol, size, at })),
        ...world.operators.flatMap((_, at) => operatorSteps({ world, protocol, size, at })),
        ...world.keepers.flatMap((_, shard) => keeperSteps(world, protocol, shard)),
        ...arrivals(world, protocol),
        ...faultSteps(world, size),
      ].map(({ label, state }) => ({ label, state: normalized(checked(world, state), { isExact }) })),
    keyOf: (world) => JSON.stringify(world),
    violationOf: ({ violation }) => violation,
    isHealed: (world) =>
      world.clients.every(({ read, write }) => read === null && write === null) &&
      (world.ledger.ring.target === null || world.operators.length === 0) &&
      world.operators.every(({ doing }) => doing === null || doing.step === 'done') &&
      world.ledger.rows.every(
        ({ state, incarnation, shard }) =>
          state === 'serving' && incarnation === world.processes[shard]!.at(-1)!.incarnation,
      ),
  };
}

function arrivals(world: World, protocol: Protocol): Step<World>[] {
  return world.late.map((fill, at) => {
    const waiting = { ...world, late: world.late.toSpliced(at, 1) };
    const state = processOf(world, fill.at) ? stored(waiting, protocol, fill)[0] : waiting;
    return { label: `late store`, state };
  });
}

function faultSteps(world: World, size: Size): Step<World>[] {
  return world.processes.flatMap((processes, shard) => {
    const incarnation = `p${world.processesMade}`;
    const old: Process = {
      incarnation,
      data: size.slotOfKey.map((slot) => (isEverOn(world, shard, slot) ? { kind: 'value', value: 0 } : null)),
    };
    const become = (next: readonly Process[], fault: 'restarts' | 'takeovers' | 'flips'): World => ({
      ...spent(world, fault),
      processes: world.processes.with(shard, next),
      processesMade: world.processesMade + (fault === 'flips' ? 0 : 1),
    });
    const steps: Step<World>[] = [];
    if (world.faults.restarts > 0) {
      steps.push({ label: `restart ${shard} on old data`, state: become([old], 'restarts') });
    }
    if (world.faults.takeovers > 0) {
      steps.push({ label: `takeover ${shard}`, state: become([...processes, old], 'takeovers') });
    }
    if (world.faults.flips > 0 && processes.length > 1) {
      steps.push({ label: `flip ${shard}`, state: become(processes.toReversed(), 'flips') });
    }
    return steps;
  });
}

function isEverOn({ ledger }: World, shard: number, slot: number): boolean {
  return slot % ledger.rows.length === shard || slot % ledger.ring.shards === shard;
}

/** A journal entry leaves only when the process that is trusted now holds nothing older than it. */
function checked(before: World, after: World): World {
  if (before.ledger.journal === after.ledger.journal || after.violation !== null) return after;
  const ids = new Set(after.ledger.journal.map(({ id }) => id));
  const gone = before.ledger.journal.filter(({ id }) => !ids.has(id));
  if (gone.length === 0) return after;
  const lost = gone.find((entry) => !isApplied(after, entry));
  const journaled = Object.fromEntries(Object.entries(after.journaled).filter(([id]) => ids.has(Number(id))));
  const violation = lost ? `the journal lost an entry of key ${lost.key} that was not applied` : null;
  return { ...after, journaled, violation };
}

function isApplied(world: World, { id, key, shard }: JournalEntry): boolean {
  const { incarnation } = world.ledger.rows[shard]!;
  const entry = incarnation === null ? undefined : entryAt(world, incarnation, Number(key));
  return entry?.kind !== 'value' || entry.value >= world.journaled[id]!;
}
