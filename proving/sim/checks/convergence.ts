/** I-14: once everything is quiet, the published state becomes the desired one, and stays so. */

import { CONVERGE_MS } from '../run-options.ts';
import type { Checker, EngineView, SimView } from '../model.ts';
import { checker, idsIn } from './checker.ts';
import { isDue } from './recovery.ts';

/** Within CONVERGE_MS of quiet, and from then on. */
export function converges(): Checker {
  return checker('I-14', (view, count) => {
    if (!isDue(view)) return null;
    count();
    const said = writerWrong(view) ?? poolWrong(view);
    return said === null
      ? null
      : `${said}, ${view.now - view.quietSince!} ms after the last fault (${CONVERGE_MS} may it take)`;
  });
}

function writerWrong({ database }: SimView): string | null {
  const { engines, endpoint } = database;
  const writers = engines.filter((engine) => engine.acceptsCommits);
  if (writers.length !== 1) return `${writers.length} members accept commits`;
  return endpoint === writers[0]!.id
    ? null
    : `the cluster endpoint names ${endpoint}, the writer is ${writers[0]!.id}`;
}

/** Every reader that works is published, nobody else is, and the custom endpoint serves all of them. */
function poolWrong({ database, pool, memberIds }: SimView): string | null {
  if (pool === null) return 'no pool is published';
  if (pool.failOpen) return 'the pool fails open';
  const desired = database.engines.filter(isWorkingReader).map(({ id }) => id);
  const published = idsIn(pool);
  const missing = desired.filter((id) => !published.includes(id));
  if (missing.length > 0) {
    return `${missing.map((id) => `${id} (${pool.members[id]?.state ?? 'absent'})`).join(', ')} works and is not published`;
  }
  const extra = published.filter((id) => !desired.includes(id));
  if (extra.length > 0) return `${extra.join(', ')} is published and is no working reader`;
  const excluded = pool.excluded.filter((id) => memberIds.includes(id));
  return excluded.length === 0 ? null : `the custom endpoint still excludes ${excluded.join(', ')}`;
}

function isWorkingReader({ role, up, frozen }: EngineView): boolean {
  return role === 'reader' && up && !frozen;
}
