/** The edge and web tiers once all is quiet, and their requests while nothing helps. */

import type { FrontRequest } from '../front/index.ts';
import type { Checker, SimView } from '../model.ts';
import { checker, firstWrong, newcomers } from './checker.ts';
import { isDue } from './recovery.ts';

/** I-14: every task that works stands in every group and no other does, no shift is left, the records are as deployed. */
export function frontConverges(): Checker {
  return checker('I-14', (view, count) => {
    const { front } = view;
    if (front === null || !isDue(view)) return null;
    count();
    const said = outside(view) ?? ghost(view) ?? shifted(view) ?? drifted(view);
    return said === null ? null : `${said}, ${view.now - view.quietSince!} ms after the last fault`;
  });
}

function outside({ front }: SimView): string | null {
  return firstWrong(
    front!.tasks().filter(({ isUp }) => isUp),
    ({ memberId }) => {
      const groups = front!.groups.filter((group) =>
        group.some(({ address, port, state }) => `${address}:${port}` === memberId && state !== 'draining'),
      ).length;
      return groups === front!.groups.length ? null : `${memberId} works and stands in ${groups} groups`;
    },
  );
}

function ghost({ front }: SimView): string | null {
  const ids = new Set(front!.tasks().map(({ memberId }) => memberId));
  const standing = front!.groups.flat().filter(({ state }) => state !== 'draining');
  const gone = standing.map(({ address, port }) => `${address}:${port}`).find((id) => !ids.has(id));
  return gone === undefined ? null : `${gone} stands in a group, and its task is gone`;
}

function shifted({ front }: SimView): string | null {
  const zone = front!.shifted.find((one) => one !== null);
  return zone === undefined ? null : `a shift still leads away from ${zone}`;
}

/** A drift is seen within a minute, stands for one, and is repaired by the next run. */
const REPAIRED_MS = 220_000;

function drifted({ front, now, quietSince }: SimView): string | null {
  const isDueToo = now - quietSince! >= REPAIRED_MS;
  return front!.records.length === 2 || !isDueToo ? null : `${front!.records.length} of 2 records stand`;
}

/** I-29: with nothing wrong for long every request succeeds, whatever became of functions and control planes. */
export function requestsFlow(): Checker {
  const added = newcomers<FrontRequest>();
  return checker('I-29', (view, count) => {
    const { front, faults, now } = view;
    if (front === null) return null;
    const fresh = added(front.requests);
    const isCalm = faults.every(
      ({ id, from, until }) =>
        CONTROL.has(id) || from > now || (until !== null && now - until > AFTERMATH_MS),
    );
    if (!isCalm) return null;
    count(fresh.length);
    return firstWrong(fresh, ({ ok, why }) =>
      ok ? null : `a request failed by ${why} although all is well`,
    );
  });
}

/** What befalls those who look after the front and not the front itself; and a deployment, which costs nobody. */
const CONTROL: ReadonlySet<string> = new Set(['F-16', 'F-17', 'F-18', 'F-19', 'F-26', 'F-39']);
/** Balancers, clients' addresses and replaced tasks are as before by then. */
const AFTERMATH_MS = 120_000;

/** I-23: the pool behind the tasks makes at most a tenth more attempts than requests, and some to begin with. */
export function frontRetriesWithinBudget(): Checker {
  return checker('I-23', ({ front }, count) => {
    if (front === null) return null;
    const { requests, attempts } = front.pool;
    count();
    return attempts <= requests * 1.1 + 10 ? null : `${attempts} attempts for ${requests} requests`;
  });
}
