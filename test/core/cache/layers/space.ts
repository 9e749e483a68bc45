/** Every step that anybody can take in the world of two caches. */

import { INVALIDATION_ORDER, type Layer } from '../../../../core/cache/index.ts';
import type { Space, Step } from '../model/search.ts';
import {
  acknowledgedByJournals,
  asked,
  invalidated,
  newWorld,
  type Reader,
  type Rules,
  stored,
  withCopy,
  type World,
} from './world.ts';

const LAYERS: readonly Layer[] = ['inner', 'outer'];

export const SHIPPED: Rules = {
  order: INVALIDATION_ORDER,
  sweeps: { inner: ['inner'], outer: INVALIDATION_ORDER },
  records: false,
};

export function layersSpace(size: Parameters<typeof newWorld>[0], rules: Rules): Space<World> {
  return {
    initial: newWorld(size),
    next: (world) => [
      ...world.readers.flatMap((_, at) => readerSteps(world, at)),
      ...world.writers.flatMap((_, at) => writerSteps(world, at, rules)),
      ...LAYERS.flatMap((layer) => [...keeperSteps(world, layer, rules), ...absences(world, layer)]),
    ],
    keyOf: (world) => JSON.stringify(world),
    violationOf: ({ violation }) => violation,
    isHealed: ({ copies, keepers }) =>
      LAYERS.every((layer) => copies[layer].isServing && keepers[layer].done === null),
  };
}

function readerSteps(world: World, at: number): Step<World>[] {
  const reader = world.readers[at]!;
  const label = (what: string): string => `${what} r${at}`;
  switch (reader.step) {
    case 'idle':
      return reader.readsLeft === 0 ? [] : [{ label: label('read'), state: began(world, at) }];
    case 'fetch':
      return [
        { label: label('through'), state: throughInner(world, at) },
        { label: label('past'), state: withReader(world, at, { step: 'load' }) },
      ];
    case 'load':
      return [
        {
          label: label('load'),
          state: withReader(world, at, { step: 'store-inner', value: world.committed }),
        },
      ];
    case 'store-inner': {
      const after = stored(world, 'inner', reader.innerToken, reader.value);
      return [{ label: label('fill-inner'), state: withReader(after, at, { step: 'store-outer' }) }];
    }
    default: {
      const after = stored(world, 'outer', reader.outerToken, reader.value);
      return [
        { label: label('fill-outer'), state: served(after, at, reader.value) },
        { label: label('gave-up'), state: served(world, at, reader.value) },
      ];
    }
  }
}

function began(world: World, at: number): World {
  const reader = world.readers[at]!;
  const floor = world.acknowledged;
  const { world: after, hit, token } = asked(world, 'outer', `o${at}.${reader.readsLeft}`);
  const next = withReader(after, at, { floor, outerToken: token, step: 'fetch' });
  return hit === null ? next : served(next, at, hit);
}

function throughInner(world: World, at: number): World {
  const { readsLeft } = world.readers[at]!;
  const { world: after, hit, token } = asked(world, 'inner', `i${at}.${readsLeft}`);
  if (hit !== null) return withReader(after, at, { step: 'store-outer', value: hit });
  return withReader(after, at, { step: 'load', innerToken: token });
}

function served(world: World, at: number, value: number): World {
  const { floor, readsLeft } = world.readers[at]!;
  const violation = value < floor ? `stale: version ${value} was read after ${floor} was acknowledged` : null;
  const idle: Partial<Reader> = {
    step: 'idle',
    floor: 0,
    outerToken: null,
    innerToken: null,
    value: 0,
    readsLeft: readsLeft - 1,
  };
  return { ...withReader(world, at, idle), violation: world.violation ?? violation };
}

function writerSteps(world: World, at: number, rules: Rules): Step<World>[] {
  const writer = world.writers[at]!;
  const withWriter = (after: World, change: Partial<typeof writer>): World => ({
    ...after,
    writers: after.writers.with(at, { ...writer, ...change }),
  });
  if (writer.done === null) {
    if (writer.writesLeft === 0) return [];
    const committed = world.committed + 1;
    const recorded = rules.records
      ? LAYERS.reduce((after, layer) => {
          const journal = [...after.copies[layer].journal, committed];
          return withCopy(after, layer, { journal });
        }, world)
      : world;
    const begun = { version: committed, done: 0, writesLeft: writer.writesLeft - 1 };
    return [{ label: `commit w${at}`, state: withWriter({ ...recorded, committed }, begun) }];
  }
  const steps: Step<World>[] = [];
  if (world.crashesLeft > 0) {
    const crashed = { ...world, crashesLeft: world.crashesLeft - 1 };
    steps.push({
      label: `crash w${at}`,
      state: withWriter(crashed, { done: null, version: 0, writesLeft: 0 }),
    });
  }
  const layer = rules.order[writer.done]!;
  let after = invalidated(world, layer, writer.version);
  if (after.copies[layer].isServing) {
    const journal = after.copies[layer].journal.filter((version) => version !== writer.version);
    after = withCopy(after, layer, { journal });
  }
  const isLast = writer.done + 1 === rules.order.length;
  if (isLast) {
    const acknowledged = Math.max(after.acknowledged, writer.version);
    after = withWriter({ ...after, acknowledged }, { done: null, version: 0 });
  } else after = withWriter(after, { done: writer.done + 1 });
  return [...steps, { label: `invalidate-${layer} w${at}`, state: after }];
}

/** Takes what was recorded and not delivered, or journaled, out of the journal; the cache serves again with that. */
function keeperSteps(world: World, layer: Layer, rules: Rules): Step<World>[] {
  const keeper = world.keepers[layer];
  const { journal, isServing } = world.copies[layer];
  const withKeeper = (after: World, change: Partial<typeof keeper>): World => ({
    ...after,
    keepers: { ...after.keepers, [layer]: { ...keeper, ...change } },
  });
  if (keeper.done === null) {
    if (journal.length === 0 && isServing) return [];
    return [{ label: `list ${layer}`, state: withKeeper(world, { done: 0, listed: journal }) }];
  }
  const target = rules.sweeps[layer][keeper.done]!;
  const isLast = keeper.done + 1 === rules.sweeps[layer].length;
  if (!isLast) {
    const after = keeper.listed.reduce((before, version) => invalidated(before, target, version), world);
    return [{ label: `sweep-${target} ${layer}`, state: withKeeper(after, { done: keeper.done + 1 }) }];
  }
  const { copies } = world;
  // What was journaled since goes to the cache by itself once it is opened, so it is applied with the rest.
  const applied = isServing ? keeper.listed : copies[layer].journal;
  const hasMore = applied.some((version) => !keeper.listed.includes(version));
  if (hasMore) return [{ label: `relist ${layer}`, state: withKeeper(world, { done: null, listed: [] }) }];
  const entry = applied.length > 0 ? null : copies[layer].entry;
  const left = copies[layer].journal.filter((version) => !applied.includes(version));
  const swept = withCopy(world, layer, { entry, journal: left, isServing: true });
  const after = withKeeper(swept, { done: null, listed: [] });
  return [{ label: `sweep-${layer} ${layer}`, state: acknowledgedByJournals(after, rules) }];
}

function absences(world: World, layer: Layer): Step<World>[] {
  if (world.absencesLeft === 0 || !world.copies[layer].isServing) return [];
  const away = withCopy(world, layer, { isServing: false });
  return [{ label: `away ${layer}`, state: { ...away, absencesLeft: world.absencesLeft - 1 } }];
}

function withReader(world: World, at: number, change: Partial<Reader>): World {
  return { ...world, readers: world.readers.with(at, { ...world.readers[at]!, ...change }) };
}
