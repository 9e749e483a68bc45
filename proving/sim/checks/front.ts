/** The edge and web tiers: who leaves the balancers and why, what stays, and that nobody needs the functions. */

import type { TargetEntry } from '../../../core/state/front-items.ts';
import { defaultsOf } from '../../../core/thresholds/validate.ts';
import { REQUESTS_PER_TARGET, type FrontChange, type FrontView } from '../front/index.ts';
import type { Checker, SimView } from '../model.ts';
import { checker, firstWrong, newcomers } from './checker.ts';

const WEB = defaultsOf('web');

function changesOf(): (view: SimView) => readonly FrontChange[] {
  const added = newcomers<FrontChange>();
  return ({ front }) => (front === null ? [] : added(front.changes));
}

function departures(): (view: SimView) => readonly FrontChange[] {
  const changes = changesOf();
  return (view) => changes(view).filter(({ api }) => api === 'deregister');
}

/** I-03: no call of ours leaves a group without a target that its balancer calls healthy, nor the name without records. */
export function frontIsNeverEmpty(): Checker {
  const left = departures();
  return checker('I-03', (view, count) => {
    const { front } = view;
    if (front === null) return null;
    const fresh = left(view);
    count(fresh.length);
    if (front.records.length === 0) return 'the name has no records';
    return firstWrong(fresh, ({ target, after }) =>
      after.some(({ state }) => state === 'healthy')
        ? null
        : `${target} was the last healthy one of its group`,
    );
  });
}

/** I-04: a departure leaves at least `panic-ratio` of those in service, healthy and seen to answer. */
export function frontFailsOpen(): Checker {
  const left = departures();
  return checker('I-04', (view, count) => {
    const fresh = left(view);
    count(fresh.length);
    return firstWrong(fresh, (change) => {
      const known = view.front!.item?.targets ?? [];
      const inService = known.filter(couldServe).length;
      const healthy = change.after.filter(({ state }) => state === 'healthy').length;
      const share = inService === 0 ? 1 : healthy / inService;
      return share >= WEB['panic-ratio']!
        ? null
        : `${change.target} left: ${healthy} of ${inService} are healthy after it`;
    });
  });
}

/** Neither just registered, nor called unhealthy with its task stopped. */
function couldServe({ balancer, stoppedAt }: TargetEntry): boolean {
  return balancer !== 'initial' && (balancer === 'healthy' || stoppedAt === undefined);
}

/** I-05: at most max(1, floor(velocity-ratio x N)) targets leave in a window, of all and of a zone. */
export function frontSlowlyOut(): Checker {
  const left = departures();
  const recent: FrontChange[] = [];
  return checker('I-05', (view, count) => {
    const fresh = left(view);
    count(fresh.length);
    recent.push(...fresh);
    return firstWrong(fresh, (change) => {
      const { tasksPerZone, zones } = view.front!.site;
      const window = recent.filter(({ at }) => change.at - at < WEB['velocity-window-ms']!);
      const scopes = [
        { of: 'all', list: window, size: sizeOf(view.front!, tasksPerZone * zones.length, null) },
        {
          of: change.zone ?? '',
          list: window.filter(({ zone }) => zone === change.zone),
          size: sizeOf(view.front!, tasksPerZone, change.zone),
        },
      ];
      const wrong = scopes.find(({ list, size }) => distinct(list) > allowed(size));
      if (wrong === undefined) return null;
      return `${distinct(wrong.list)} of ${wrong.of} left within the window, ${allowed(wrong.size)} may`;
    });
  });
}

function allowed(size: number): number {
  return Math.max(1, Math.floor(WEB['velocity-ratio']! * size));
}

/** As many as there were meant to be, or more where one that left is kept beside the one in its place. */
function sizeOf({ item }: FrontView, meant: number, zone: string | null): number {
  const known = (item?.targets ?? []).filter(({ az }) => zone === null || az === zone).length;
  return Math.max(meant, known);
}

function distinct(changes: readonly FrontChange[]): number {
  return new Set(changes.map(({ target }) => target)).size;
}

/** I-06: two probers that see, in different zones, call the target failed when it leaves, or did just before. */
export function frontAgreement(): Checker {
  const left = departures();
  const accusedAt = new Map<string, number>();
  return checker('I-06', (view, count) => {
    if (view.front === null) return null;
    for (const memberId of accused(view.front)) accusedAt.set(memberId, view.now);
    const fresh = left(view);
    count(fresh.length);
    return firstWrong(fresh, ({ target, at }) => {
      const before = accusedAt.get(target);
      if (before !== undefined && at - before <= CALL_MS_MAX) return null;
      return `${target} left although at most one zone called it failed`;
    });
  });
}

function accused({ observations }: FrontView): readonly string[] {
  const accusing = observations
    .filter(({ blind }) => !blind)
    .flatMap(({ verdicts }) => verdicts.filter(({ failure }) => failure !== null));
  const ids = accusing.map(({ memberId }) => memberId);
  return ids.filter((memberId, index) => ids.indexOf(memberId) !== index);
}

/** From the reading of the evidence until a call takes effect: evidence may be 10 s old, and a request take as long. */
const CALL_MS_MAX = 20_000;
/** A task that was unwell within this may have been seen so. */
const LATE_MS = 30_000;

/** I-30: who has been fit for long, and was seen by all that could see, is not taken out: nothing missing accuses. */
export function missingAccusesNobody(): Checker {
  const left = departures();
  return checker('I-30', (view, count) => {
    const fresh = left(view);
    count(fresh.length);
    return firstWrong(fresh, ({ target, task, at }) => {
      const fitMs = task?.fitSince === null || task === null ? 0 : at - task.fitSince;
      return fitMs > LATE_MS ? `${target} left although it had been fit for ${fitMs} ms` : null;
    });
  });
}

interface Healthy {
  readonly at: number;
  readonly targets: ReadonlyMap<string, string | null>;
}

/** Balancers change what they say of a target no more often. */
const LOOK_MS = 500;

/** I-35: what a shift leaves in service bears the peak, by what the balancers said just before it. */
export function shiftLeavesCapacity(): Checker {
  const changes = changesOf();
  let looks: readonly Healthy[] = [];
  return checker('I-35', (view, count) => {
    const { front, now } = view;
    const peak = front?.site.peakRequests ?? null;
    if (front === null || peak === null) return null;
    if (now - (looks.at(-1)?.at ?? 0) >= LOOK_MS) {
      const fresh = looks.filter(({ at }) => now - at <= CALL_MS_MAX);
      looks = [...fresh, { at: now, targets: healthyIn(front) }];
    }
    const shifts = changes(view).filter(({ api }) => api === 'start-shift');
    count(shifts.length);
    return firstWrong(shifts, ({ zone }) => {
      const left = looks.map(({ targets }) => [...targets.values()].filter((az) => az !== zone).length);
      const bears = Math.max(...left) * REQUESTS_PER_TARGET;
      return bears >= peak
        ? null
        : `away from ${zone}: the others bear ${bears} requests a second of ${peak} at the peak`;
    });
  });
}

/** Zones of the targets that some balancer calls healthy. */
function healthyIn({ groups }: FrontView): Healthy['targets'] {
  const healthy = groups.flat().filter(({ state }) => state === 'healthy');
  return new Map(healthy.map(({ address, port, az }) => [`${address}:${port}`, az]));
}

/** I-33: shifts of ours lead away from one zone at a time. */
export function oneZoneAtATime(): Checker {
  return checker('I-33', ({ front }, count) => {
    if (front === null) return null;
    const zones = new Set(front.shifted.filter((zone) => zone !== null));
    count(zones.size);
    return zones.size <= 1 ? null : `shifts lead away from ${[...zones].join(' and ')}`;
  });
}

/** I-01: one primary and one secondary of the name, each where it was deployed. */
export function onePrimary(): Checker {
  return checker('I-01', ({ front }, count) => {
    if (front === null) return null;
    count();
    const roles = front.records.map(({ failover }) => failover);
    if (new Set(roles).size !== roles.length) return `records stand with the roles ${roles.join(', ')}`;
    const stray = front.records.find(
      ({ alias, setIdentifier }) => !alias?.dnsName.startsWith(`demo-${setIdentifier}.`),
    );
    return stray === undefined
      ? null
      : `${stray.setIdentifier} points at ${stray.alias?.dnsName ?? 'values'}`;
  });
}
