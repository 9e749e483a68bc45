/** I-10, I-11, I-15: one disruptive action a cooldown, none twice on the same evidence, and no flapping. */

import type { LedgerItem, PoolItem } from '../../../core/state/items.ts';
import type { Checker, ControlCall, SimView } from '../model.ts';
import { isFailover, tell } from './calls.ts';
import { checker, firstWrong, newcomers, poolChanges, poolContent } from './checker.ts';

/** I-10: at most one failover of ours takes effect in a cooldown; only a person's acknowledgement ends it early. */
export function oneInACooldown(): Checker {
  const added = newcomers<ControlCall>();
  let last: ControlCall | null = null;
  return checker('I-10', (view, count) => {
    const failovers = added(view.calls).filter((call) => isFailover(call) && call.effective);
    count(failovers.length);
    return firstWrong(failovers, (call) => {
      const before = last;
      last = call;
      const cooldownMs = view.thresholds['cooldown-ms'];
      if (before === null || call.at - before.at >= cooldownMs) return null;
      if (view.ledger.some((item) => wasAcknowledged(item, before.at, call.at))) return null;
      return `${tell(call)} ${call.at - before.at} ms after that to ${before.target}, the cooldown is ${cooldownMs} ms`;
    });
  });
}

function wasAcknowledged({ acknowledged }: LedgerItem, from: number, until: number): boolean {
  return acknowledged !== undefined && acknowledged.at >= from && acknowledged.at <= until;
}

/** I-11: an event delivered again has no effect again. */
export function onceAnEvent(): Checker {
  const added = newcomers<ControlCall>();
  const changed = poolChanges();
  let last: ControlCall | null = null;
  return checker('I-11', (view, count) => {
    const change = changed(view);
    if (change?.before && change.after) {
      count();
      const said = sameAgain(change.before, change.after, view.thresholds['endpoint-edit-interval-ms']);
      if (said !== null && !isFence(view, change.after)) return said;
    }
    const failovers = added(view.calls).filter((call) => isFailover(call) && call.effective);
    count(failovers.length);
    return firstWrong(failovers, (call) => {
      const before = last;
      last = call;
      if (before === null || call.evidenceAt === null || call.evidenceAt > before.at) return null;
      return `${tell(call)} on evidence of ${before.at - call.evidenceAt} ms before the failover to ${before.target}`;
    });
  });
}

/** A pool is written again only for a change, or for another try of an edit that did not reach the endpoint. */
function sameAgain(before: PoolItem, after: PoolItem, editIntervalMs: number): string | null {
  if (poolContent(before) !== poolContent(after)) return null;
  const editedAgo = (after.endpointEditedAt ?? 0) - (before.endpointEditedAt ?? 0);
  if (editedAgo >= editIntervalMs) return null;
  return `the pool was written again, ${after.at - before.at} ms later, with nothing changed`;
}

/** Written again to keep out a publication of an earlier epoch, which was begun and may still be under way. */
function isFence({ ledger }: SimView, { epoch }: PoolItem): boolean {
  return ledger.some(({ id, epoch: takenBy, steps }) => {
    const begun = steps.some(({ name, at }) => name === 'publish' && at !== null);
    return begun && takenBy === epoch && id.startsWith('pool-') && Number(id.split('-')[1]) < epoch;
  });
}

/** I-15: the writer changes at most once for each time that a writer really was lost, and once more a cooldown. */
export function noFlapping(): Checker {
  let start: { readonly generation: number; readonly at: number } | null = null;
  let losses = 0;
  let wasServing: string | null = null;
  let generation = 0;
  return checker('I-15', (view, count) => {
    const { database, now, thresholds } = view;
    start ??= { generation: database.generation, at: now };
    const serving = servingWriter(view);
    const lost = wasServing !== null && serving !== wasServing && isLost(view, wasServing);
    if (lost) losses += 1;
    wasServing = serving ?? (lost ? null : wasServing);
    if (database.generation === generation) return null;
    generation = database.generation;
    const changes = generation - start.generation;
    if (changes > 0) count();
    const cooldowns = 1 + Math.floor((now - start.at) / thresholds['cooldown-ms']);
    if (changes <= losses + cooldowns) return null;
    return `${changes} changes of the writer for ${losses} losses of one, in ${cooldowns} cooldown(s)`;
  });
}

function servingWriter({ database }: SimView): string | null {
  const writer = database.engines.find(({ role, up, frozen }) => role === 'writer' && up && !frozen);
  return writer?.id ?? null;
}

/** It died or froze while nothing was changing the cluster: a demotion is no loss. */
function isLost({ database }: SimView, id: string): boolean {
  const engine = database.engines.find((candidate) => candidate.id === id);
  const isGone = engine !== undefined && engine.role === 'writer' && (!engine.up || engine.frozen);
  return isGone && database.described.status === 'available';
}
