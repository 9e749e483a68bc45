/** I-03, I-04, I-05: the published readers are never none, and leave slowly. */

import type { PoolItem } from '../../../core/state/items.ts';
import type { Checker, SimView } from '../model.ts';
import { checker, firstWrong, idsIn, poolChanges, removedBy, type PoolChange } from './checker.ts';
import { calls, namedBy } from './evidence.ts';

/** I-03: once published, the pool stays, with a published reader while it has any; so does the custom endpoint. */
export function neverEmpty(): Checker {
  const changed = poolChanges();
  return checker('I-03', (view, count) => {
    const change = changed(view);
    if (view.pool === null) return change?.before ? 'the published pool is gone' : null;
    count();
    if (change === null) return null;
    return emptiness(view.pool);
  });
}

function emptiness(pool: PoolItem): string | null {
  const ids = Object.keys(pool.members);
  const published = idsIn(pool);
  if (ids.length > 0 && published.length === 0) return `none of the readers ${ids.join(', ')} is published`;
  const served = ids.filter((id) => !pool.excluded.includes(id));
  if (pool.endpointEditedAt !== pool.at || ids.length === 0 || served.length > 0) return null;
  return `the custom endpoint excludes every reader: ${pool.excluded.join(', ')}`;
}

/** I-04: nothing leaves while the pool fails open, nor when the share left would be under the panic floor. */
export function failsOpen(): Checker {
  const changed = poolChanges();
  return checker('I-04', (view, count) => {
    const change = changed(view);
    if (change === null || change.after === null) return null;
    if (change.after.failOpen) count();
    const removed = removedBy(change);
    if (removed.length === 0) return null;
    count();
    if (change.after.failOpen) return `${removed.join(', ')} left while the pool fails open`;
    return underFloor(view, change, removed);
  });
}

/** By the observations that the decision itself names: what it saw must have left it above the floor. */
function underFloor(view: SimView, { before, after }: PoolChange, removed: readonly string[]): string | null {
  const decision = view.ledger.find((item) => item.epoch === after!.epoch && item.startedAt === after!.at);
  if (decision === undefined) return `${removed.join(', ')} left by a decision that is on no record`;
  const seen = namedBy(view, decision);
  const readers = Object.keys(after!.members);
  const failed = readers.filter((id) => seen.filter((item) => calls(item, id)).length >= 2);
  const share = (readers.length - failed.length) / readers.length;
  const floor = view.thresholds[before?.failOpen ? 'panic-exit-ratio' : 'panic-ratio'];
  if (share >= floor) return null;
  return `${removed.join(', ')} left with ${failed.length} of ${readers.length} readers failed, the floor is ${floor}`;
}

interface Removal {
  readonly memberId: string;
  readonly az: string;
  readonly at: number;
}

/** I-05: at most max(1, floor(velocity-ratio x N)) readers leave a window, of the tier and of each zone. */
export function slowlyOut(): Checker {
  const changed = poolChanges();
  let recent: Removal[] = [];
  return checker('I-05', (view, count) => {
    const change = changed(view);
    if (change === null || change.after === null) return null;
    const { at, members } = change.after;
    const added = removedBy(change).map((memberId) => ({ memberId, az: zoneOf(view, memberId), at }));
    if (added.length === 0) return null;
    count(added.length);
    const windowMs = view.thresholds['velocity-window-ms'];
    recent = [...recent.filter((removal) => removal.at > at - windowMs), ...added];
    const readers = Object.keys(members);
    const inZone = (az: string): readonly string[] => readers.filter((id) => zoneOf(view, id) === az);
    const zones = [...new Set(added.map(({ az }) => az))];
    const scopes = [
      { name: 'the tier', left: recent, size: readers.length },
      ...zones.map((az) => ({
        name: az,
        left: recent.filter((removal) => removal.az === az),
        size: inZone(az).length,
      })),
    ];
    return firstWrong(scopes, ({ name, left, size }) => {
      const allowed = Math.max(1, Math.floor(view.thresholds['velocity-ratio'] * size));
      if (left.length <= allowed) return null;
      return `${left.length} readers left ${name} within ${windowMs} ms, ${allowed} may of ${size}`;
    });
  });
}

function zoneOf({ database }: SimView, memberId: string): string {
  return database.engines.find(({ id }) => id === memberId)?.az ?? 'unknown';
}
