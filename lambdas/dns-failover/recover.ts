/**
 * One turn of the recovery path: targets and zones. Nothing that it imports reaches the hosted zone: the records were
 * made beforehand, and health checks choose between them.
 */

import {
  FRONT_CALLS,
  planTargets,
  planZone,
  rememberZones,
  removalsIn,
  votingOf,
  type FrontAction,
  type FrontFacts,
  type TargetsPlan,
  type ZonePlan,
} from '../../core/front/index.ts';
import type { FrontMemory, TargetsItem } from '../../core/state/front-items.ts';
import { standingDenial, tellDenial } from '../shared/denials.ts';
import { actOn, deskOf, observeOnly, reviewUnfinished, type Reviewed } from './act.ts';
import { observeFront, type FrontContext } from './observe.ts';

export interface Recovered {
  readonly facts: FrontFacts;
  readonly targets: TargetsPlan;
  readonly zone: ZonePlan;
  /** The item as it stands after this turn. */
  readonly item: TargetsItem;
  readonly summary: string;
  readonly changed: boolean;
  /** When to look again; null when only an event can change anything. */
  readonly reviewAt: number | null;
  /** Why the records are to be left alone; null where all is quiet. */
  readonly unrest: string | null;
}

/** A call that the role does not allow is not made again before this. */
const DENIAL_HOLD_MS = 600_000;
const LOOK_AGAIN_MS = 500;

/** Null when another invocation has taken over. */
export async function recover(context: FrontContext): Promise<Recovered | null> {
  const { ports, held } = context;
  const { facts: seen, known } = await observeFront(context);
  if (known !== null && known.epoch > held.lease.token) return null;
  const reviewed = await reviewUnfinished(context, seen);
  if (reviewed.overtaken) return null;
  const facts: FrontFacts = { ...seen, ledger: reviewed.ledger };
  const targets = planTargets(facts);
  const zone = planZone(facts);
  const actions = [...targets.actions, ...(zone.action === null ? [] : [zone.action])];
  ports.log.info('decided', {
    targets: targets.reason,
    zones: zone.reason,
    actions: actions.map(tellAction),
  });
  const item = itemOf(context, facts, { targets, zone, known });
  if (!(await remember(context, known, item))) return null;
  const acted = await act(context, facts, actions);
  if (acted.overtaken) return null;
  const holds = [...targets.holds, ...zone.holds];
  const told = [
    reviewed.summary,
    acted.summary,
    targets.reason,
    ...holds.map(({ what, cause, reason }) => `no ${what} (${cause}) ${reason}`),
  ];
  const reviews = holds.map(({ reviewAt }) => reviewAt).filter((at) => at !== null);
  return {
    facts,
    targets,
    zone,
    item,
    summary: told.filter((text) => text !== '').join('; '),
    changed: acted.changed,
    reviewAt: nextLook(acted, reviews, ports.clock.now()),
    unrest: unrestOf({ facts, targets, zone }, actions, reviewed),
  };
}

interface Acted {
  readonly summary: string;
  readonly changed: boolean;
  readonly overtaken: boolean;
  /** Nothing is done now, however often it is looked at. */
  readonly paused: boolean;
}

async function act(
  context: FrontContext,
  facts: FrontFacts,
  actions: readonly FrontAction[],
): Promise<Acted> {
  const summaries: string[] = [];
  let changed = false;
  let paused = actions.length > 0;
  for (const action of actions) {
    const { mode, pausedBy } = await deskOf(context, action).mode();
    if (mode === 'off' || pausedBy !== null) {
      summaries.push(pausedBy === null ? 'the mode is off' : `paused by ${pausedBy}`);
      continue;
    }
    if (mode === 'observe') {
      summaries.push(await observeOnly(context, facts, action));
      continue;
    }
    const denied = deniedCall(facts, action);
    if (denied !== null) {
      summaries.push(`not called: ${denied}`);
      continue;
    }
    paused = false;
    const done = await actOn(context, facts, action);
    summaries.push(done.summary);
    if (done.overtaken) return { summary: summaries.join('; '), changed, overtaken: true, paused };
    changed ||= done.changed;
  }
  return { summary: summaries.join('; '), changed, overtaken: false, paused };
}

/** The first of its calls that the role does not allow, as far as is known; null where all may be made. */
function deniedCall({ ledger, now }: FrontFacts, action: FrontAction): string | null {
  for (const api of new Set(action.calls.map((call) => call.api))) {
    const call = FRONT_CALLS[api];
    const denial = standingDenial(ledger, call, { now, holdMs: DENIAL_HOLD_MS });
    if (denial !== null) return tellDenial(call, denial);
  }
  return null;
}

function itemOf(
  { held, settings }: FrontContext,
  facts: FrontFacts,
  {
    targets,
    zone,
    known,
  }: {
    readonly targets: TargetsPlan;
    readonly zone: ZonePlan;
    readonly known: TargetsItem | null;
  },
): TargetsItem {
  const isTold = facts.groups.every(({ balancer }) => facts.managed[balancer] !== undefined);
  const zoneOf = new Map(facts.targets.map(({ memberId, az }) => [memberId, az]));
  const from = facts.now - facts.web['velocity-window-ms'];
  const memory: FrontMemory = {
    ...facts.memory,
    failOpen: targets.failOpen,
    zones: rememberZones(zone.zones),
  };
  return {
    kind: 'targets',
    env: settings.env,
    epoch: held.lease.token,
    at: facts.now,
    healthPath: settings.healthPath,
    targets: facts.targets,
    removals: removalsIn(facts.ledger)
      .filter(({ at }) => at > from)
      .map((removal) => ({ ...removal, az: zoneOf.get(removal.memberId) ?? 'unknown' })),
    shifted: isTold ? zone.shifted : (known?.shifted ?? []),
    memory,
  };
}

/** Writes the item where it has changed, under our epoch; false when a higher one has written (I-12). */
export async function remember(
  { ports }: Pick<FrontContext, 'ports'>,
  before: TargetsItem | null,
  after: TargetsItem,
): Promise<boolean> {
  if (before !== null && contentOf(before) === contentOf(after)) return true;
  return ports.front.putTargets(after);
}

function contentOf({ at: _at, epoch: _epoch, ...content }: TargetsItem): string {
  return JSON.stringify(content, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function nextLook({ changed, paused }: Acted, reviews: readonly number[], now: number): number | null {
  if (changed) return now + LOOK_AGAIN_MS;
  return paused || reviews.length === 0 ? null : Math.min(...reviews);
}

/** Anything that is decided, waits, or is not as it should be. */
function unrestOf(
  { facts, targets, zone }: Pick<Recovered, 'facts' | 'targets' | 'zone'>,
  actions: readonly FrontAction[],
  { summary }: Reviewed,
): string | null {
  if (actions.length > 0) return actions.map(tellAction).join(', ');
  if (summary !== '') return summary;
  if (votingOf(facts).length === 0) return 'nobody tells how the targets are';
  if (targets.failOpen) return 'the targets fail open';
  const held = [...targets.holds, ...zone.holds][0];
  if (held !== undefined) return held.reason;
  const [shift] = zone.shifted;
  if (shift !== undefined) return `${shift.zone} is shifted`;
  return zone.zones.find(({ look }) => look === 'gray')?.told ?? null;
}

function tellAction({ kind, memberId }: FrontAction): string {
  return `${kind} ${memberId}`;
}
