/** I-21: a shard that is away is a miss within the time of one try, and nobody loads what somebody loads already. */

import type { CacheEvent } from '../cache/index.ts';
import type { Checker, SimView } from '../model.ts';
import { isCalm, newEvents } from './cache.ts';
import { checker } from './checker.ts';

/** The time of one try (`commandMs`), and the tick of a timer that ends it, on a clock that is slow. */
const TRY_MS = 100 + 2;
/** Waiting for a place in the read budget. */
const PLACE_MS = 500;
/** The longest that another process's load is waited for. */
const FILL_MS = PLACE_MS + 10_000;
/** The longest load: 2 s for the database, 4 s for itself; a second of waiting for the database to fail. */
const LOAD_MS = 7000;
/**
 * Two in a row: a load that others began and that was overtaken by an invalidation, and the one after it. Each may
 * begin with a wait for another process, and costs some tries.
 */
const ANSWER_MS = 2 * (FILL_MS + PLACE_MS + LOAD_MS + 5 * TRY_MS);

type LoadEvent = Extract<CacheEvent, { readonly load: number }>;
type Of<Kind extends CacheEvent['kind']> = Extract<CacheEvent, { readonly kind: Kind }>;

export function readsAreBounded(): Checker {
  const added = newEvents();
  const loads = new Loads();
  return checker('I-21', (view, count) => {
    const events = added(view);
    if (events.length === 0) return null;
    for (const event of events) {
      const said =
        event.kind === 'read'
          ? (failed(event, view) ?? late(event, view, count))
          : loads.look(event, view, count);
      if (said !== null) return said;
    }
    return null;
  });
}

/** There was no place for the load: a refusal, which other checks are about. */
const SHED = 'read-budget-spent';

/** What is not there is a miss and no error, and a load fails only where the database does. */
function failed({ how, name, error }: Of<'read'>, view: SimView): string | null {
  if (error === null || error === SHED || (how === 'getOrLoad' && !isCalm(view))) return null;
  return `${how} of ${name} was rejected: ${error}`;
}

/** Of a process that did not stand still. */
function late(
  { how, name, startedAt, at, wasStopped }: Of<'read'>,
  { cache }: SimView,
  count: () => void,
): string | null {
  if (wasStopped) return null;
  count();
  // What the first cache misses is asked of the one behind it.
  const layers = cache?.site.layering ? 2 : 1;
  const mostMs = layers * (how === 'getOrLoad' ? ANSWER_MS : TRY_MS);
  const ms = at - startedAt;
  return ms > mostMs ? `${how} of ${name} took ${ms} ms, more than ${mostMs} ms` : null;
}

interface Load {
  readonly process: string;
  /** It began when nothing was wrong, and nothing has invalidated the key since. */
  isAlone: boolean;
}

/** The loads under way, by key. */
class Loads {
  /** By key: where a value was last marked as being loaded anew. When it expires meanwhile, others load as well. */
  readonly #restamped = new Map<string, number>();
  readonly #underway = new Map<string, Map<string, Load>>();

  look(event: CacheEvent, view: SimView, count: () => void): string | null {
    switch (event.kind) {
      case 'load-began':
        return this.#began(event, view, count);
      case 'load-ended':
        this.#underway.get(event.name)?.delete(idOf(event));
        return null;
      case 'command':
        if (event.command === 'restamp') this.#restamped.set(event.names[0]!, event.place);
        if (event.command === 'ask') this.#restamped.delete(event.names[0]!);
        return null;
      case 'invalidating':
      case 'committed':
        for (const load of this.#underway.get(event.name)?.values() ?? []) load.isAlone = false;
        return null;
      case 'crashed':
        for (const loads of this.#underway.values()) forget(loads, event.process);
        return null;
      default:
        return null;
    }
  }

  #began(event: LoadEvent, view: SimView, count: () => void): string | null {
    const { name, process, place } = event;
    const loads = this.#underway.get(name) ?? new Map<string, Load>();
    this.#underway.set(name, loads);
    // Where there is no room, a fill is evicted as anything else, and the next one to come begins anew.
    const calm = hasRoom(view) && isCalm(view);
    count();
    for (const other of loads.values()) {
      if (other.process === process) return `process ${process} loads ${name} twice at once`;
      if (calm && other.isAlone)
        return `${name} is loaded by the processes ${other.process} and ${process} at once`;
    }
    const isAnew = this.#restamped.get(name) === place;
    loads.set(idOf(event), { process, isAlone: calm && !isAnew });
    return null;
  }
}

function hasRoom({ cache }: SimView): boolean {
  return cache !== null && cache.site.roomForEntries >= cache.site.keys.length;
}

function idOf({ process, load }: { readonly process: string; readonly load: number }): string {
  return `${process} ${load}`;
}

function forget(loads: Map<string, Load>, process: string): void {
  for (const [id, load] of loads) if (load.process === process) loads.delete(id);
}
