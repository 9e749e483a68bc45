/** I-01, I-02, I-18, I-19: one writer, and no way back to an older one. */

import type { PoolItem } from '../../../core/state/items.ts';
import type { Checker, Commit, EngineView } from '../model.ts';
import { checker, firstWrong, idsIn, newcomers, poolChanges } from './checker.ts';

/** I-01: at every instant at most one writer of the current generation, and the endpoint names a member of ours. */
export function oneWriter(): Checker {
  return checker('I-01', ({ database, memberIds }, count) => {
    const { engines, generation, endpoint } = database;
    let accepting: EngineView | null = null;
    for (const engine of engines) {
      if (!engine.acceptsCommits || engine.generation !== generation) continue;
      if (accepting !== null) {
        return `${accepting.id} and ${engine.id} both accept commits of generation ${generation}`;
      }
      accepting = engine;
    }
    if (accepting !== null) count();
    if (endpoint === null || memberIds.includes(endpoint)) return null;
    return `the cluster endpoint names ${endpoint}, which is no member`;
  });
}

/** I-02: no engine accepts commits under an older generation, and generations in the commit log never decrease. */
export function oneCommitLog(): Checker {
  const added = newcomers<Commit>();
  const writerOf = new Map<number, string>();
  let newest = 0;
  const judge = (commit: Commit): string | null => {
    if (!commit.acknowledged) return null;
    if (commit.generation < newest) {
      return `${commit.memberId} acknowledged a commit of generation ${commit.generation} after one of ${newest}`;
    }
    newest = commit.generation;
    const known = writerOf.get(commit.generation);
    if (known === undefined) writerOf.set(commit.generation, commit.memberId);
    if (known === undefined || known === commit.memberId) return null;
    return `${known} and ${commit.memberId} both acknowledged commits of generation ${commit.generation}`;
  };
  return checker('I-02', ({ database }, count) => {
    const { engines, generation } = database;
    const stale = engines.find((engine) => engine.acceptsCommits && engine.generation < generation);
    if (stale !== undefined) {
      return `${stale.id} accepts commits of generation ${stale.generation}, the newest is ${generation}`;
    }
    const commits = added(database.commits);
    count(commits.length);
    return firstWrong(commits, judge);
  });
}

/** I-18: once a newer writer is named, no older one is; and a former writer comes into the pool the slow way. */
export function noWayBack(): Checker {
  let newest = 0;
  const changed = poolChanges();
  return checker('I-18', (view, count) => {
    const change = changed(view);
    if (change?.before && change.after) {
      count();
      const said = hastyReturn(change.before, change.after);
      if (said !== null) return said;
    }
    const { engines, endpoint } = view.database;
    const named = engines.find((engine) => engine.id === endpoint);
    if (named === undefined || named.role !== 'writer') return null;
    count();
    if (named.generation < newest) {
      return `the endpoint went back to ${named.id} of generation ${named.generation} after one of ${newest}`;
    }
    newest = named.generation;
    return null;
  });
}

function hastyReturn(before: PoolItem, after: PoolItem): string | null {
  if (after.epoch < before.epoch) return `the pool went back from epoch ${before.epoch} to ${after.epoch}`;
  const published = idsIn(after);
  const hasty = published.find((id) => before.members[id] === undefined);
  // The last resort of I-03: with no other reader, the new one is published at once.
  if (hasty === undefined || published.length === 1) return null;
  return `${hasty} came into the pool as published, without a while as returning`;
}

/** I-19: the storage holds every acknowledged commit, whatever fails over. */
export function nothingLost(): Checker {
  const added = newcomers<Commit>();
  let acknowledged: Commit | null = null;
  return checker('I-19', ({ database }, count) => {
    for (const commit of added(database.commits)) {
      if (commit.acknowledged && commit.position > (acknowledged?.position ?? -Infinity))
        acknowledged = commit;
    }
    if (acknowledged === null) return null;
    count();
    if (database.durable >= acknowledged.position) return null;
    return `commit ${acknowledged.id} at ${acknowledged.position} is lost: the storage ends at ${database.durable}`;
  });
}
