/** I-22, I-26: what is read through the cache is never older than what was acknowledged, and never another key's. */

import type { CacheEvent } from '../cache/index.ts';
import type { Checker } from '../model.ts';
import { checker } from './checker.ts';
import { newEvents } from './cache.ts';

type Of<Kind extends CacheEvent['kind']> = Extract<CacheEvent, { readonly kind: Kind }>;
type Read = Of<'read'>;

/**
 * A read that begins after an invalidation was acknowledged returns what the database held when that invalidation
 * began, or something newer. What a transaction recorded counts as acknowledged some time after everything is healed:
 * whoever should have delivered it may be dead.
 */
export function nothingOldComesBack(): Checker {
  const added = newEvents();
  const history = new History();
  return checker('I-22', (view, count) => {
    for (const event of added(view)) {
      if (event.kind === 'committed') history.commit(event);
      else if (event.kind === 'acknowledged') history.acknowledge(event);
      else if (event.kind === 'read' && event.value !== null) {
        const least = history.leastAt(event, view.quietSince);
        if (least > 0) count();
        const { version } = event.value as { readonly version: number };
        if (version < least) return old(event, version, least);
      }
    }
    return null;
  });
}

/** Every value says whose it is: a reply to another request would bring another one's. */
export function repliesAreTheirOwn(): Checker {
  const added = newEvents();
  return checker('I-26', (view, count) => {
    for (const event of added(view)) {
      if (event.kind !== 'read' || event.value === null) continue;
      count();
      const { name } = event.value as { readonly name: unknown };
      if (name !== event.name) return `${event.how} of ${event.name} returned a value of ${String(name)}`;
    }
    return null;
  });
}

/** What nobody delivered is found and delivered within this time, once everything is healed. */
const SWEPT_MS = 45_000;

interface Mark {
  readonly order: number;
  readonly version: number;
}

interface RecordedMark extends Mark {
  readonly at: number;
}

class History {
  /** By key, each list in the order of what happened. */
  readonly #committed = new Map<string, Mark[]>();
  readonly #acknowledged = new Map<string, Mark[]>();
  readonly #recorded = new Map<string, RecordedMark[]>();

  commit({ name, version, order, at, isRecorded }: Of<'committed'>): void {
    push(this.#committed, name, { order, version });
    if (isRecorded) push(this.#recorded, name, { order, version, at });
  }

  acknowledge({ name, order, begunAt }: Of<'acknowledged'>): void {
    const version = before(this.#committed.get(name), begunAt);
    const known = this.#acknowledged.get(name)?.at(-1)?.version ?? 0;
    push(this.#acknowledged, name, { order, version: Math.max(known, version) });
  }

  /** The oldest version that this read may return. */
  leastAt({ name, begunAt, startedAt }: Read, quietSince: number | null): number {
    const acknowledged = before(this.#acknowledged.get(name), begunAt);
    if (quietSince === null || startedAt < quietSince + SWEPT_MS) return acknowledged;
    const swept = this.#recorded.get(name)?.findLast(({ at }) => at <= startedAt - SWEPT_MS);
    return Math.max(acknowledged, swept?.version ?? 0);
  }
}

function push<Item>(lists: Map<string, Item[]>, name: string, item: Item): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}

/** The newest version that was marked before this event. */
function before(marks: readonly Mark[] | undefined, order: number): number {
  return marks?.findLast((mark) => mark.order < order)?.version ?? 0;
}

function old({ how, name, process }: Read, version: number, least: number): string {
  return `${how} of ${name} in process ${process} returned version ${version}; ${least} was acknowledged before it began`;
}
