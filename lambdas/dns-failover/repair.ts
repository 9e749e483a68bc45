/**
 * Finds drift and dangling records, and repairs them when all is quiet. The only part of this function that reaches
 * the control plane of Route 53; no recovery imports it.
 */

import {
  actionOf,
  compareRecords,
  FRONT_CALLS,
  openFrontRecovery,
  planRecords,
  stepName,
  type FrontFacts,
  type PublishedRecord,
  type RecordFacts,
  type RepairAction,
} from '../../core/front/index.ts';
import { isUnfinished, withStep } from '../../core/database/ledger.ts';
import type { RecordStore } from '../../core/ports/index.ts';
import type { FrontMemory } from '../../core/state/front-items.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import { applyStep } from '../shared/applier.ts';
import { standingDenial, tellDenial } from '../shared/denials.ts';
import { clearCall, closeRecovery, OVERTAKEN, type Closing } from '../shared/recovery.ts';
import { REQUEST_TIMEOUT_MS } from './contract.ts';
import type { FrontContext } from './observe.ts';

/**
 * Route 53 allows an account five requests a second, all functions together: the records are read only so often as a
 * drift must stand for its repair, times this.
 */
const READ_SHARE = 0.5;
/** A repair that is not seen in the zone after this has failed: a person must look. */
const LATE_MS = 600_000;

export interface Repaired {
  readonly memory: FrontMemory;
  readonly summary: string;
  /** When to look again; null when only an event can change anything. */
  readonly reviewAt: number | null;
}

/** @param quiet null where the records may be read and repaired, else why they are left alone */
export async function lookAfterRecords(
  context: FrontContext,
  records: RecordStore,
  input: { readonly facts: FrontFacts; readonly memory: FrontMemory; readonly unrest: string | null },
): Promise<Repaired> {
  const { settings, ports } = context;
  const { memory, unrest } = input;
  const now = ports.clock.now();
  const { recordsReadAt: readAt, drift } = memory;
  const isDue =
    readAt === null || drift !== null || now - readAt >= input.facts.edge['drift-hold-ms'] * READ_SHARE;
  if (settings.records.length === 0 || unrest !== null || !isDue) {
    return { memory, summary: '', reviewAt: null };
  }
  const facts = await observeRecords(context, records, input);
  const reviewed = await reviewRepairs(context, facts);
  const plan = planRecords({ ...facts, ledger: reviewed });
  const next = { ...memory, drift: plan.drift, recordsReadAt: facts.published === null ? readAt : now };
  const { hold, repair } = plan;
  const told = hold === null ? '' : `no repair (${hold.cause}) ${hold.reason}`;
  if (repair === null) return { memory: next, summary: told, reviewAt: hold?.reviewAt ?? null };
  const summary = await act(context, records, { ...facts, ledger: reviewed }, repair);
  return { memory: next, summary, reviewAt: null };
}

async function observeRecords(
  { ports, settings }: FrontContext,
  records: RecordStore,
  {
    facts,
    memory,
    unrest,
  }: { readonly facts: FrontFacts; readonly memory: FrontMemory; readonly unrest: string | null },
): Promise<RecordFacts> {
  const expected = settings.records;
  const names = [...new Set(expected.map(({ name }) => name))];
  const published = await Promise.all(names.map((name) => records.list(name))).catch((error: unknown) => {
    ports.log.warn('the hosted zone cannot be asked', { error: String(error) });
    return null;
  });
  const found = published?.flat() ?? [];
  const { env, edge, ledger } = facts;
  const resolves = await resolveAll(records, [...expected, ...found]);
  const seen = { env, edge, ledger, expected, memory, unrest, resolves };
  return { ...seen, now: ports.clock.now(), published: published === null ? null : found };
}

async function resolveAll(
  records: RecordStore,
  all: readonly Pick<PublishedRecord, 'alias'>[],
): Promise<Readonly<Record<string, boolean>>> {
  const names = [...new Set(all.flatMap(({ alias }) => (alias === null ? [] : [alias.dnsName])))];
  const asked = await Promise.all(names.map(async (name) => [name, await records.resolves(name)] as const));
  return Object.fromEntries(asked.filter((one): one is [string, boolean] => one[1] !== null));
}

/** A repair that was begun is over when the zone is as deployed, whatever was answered. */
async function reviewRepairs(context: FrontContext, facts: RecordFacts): Promise<readonly LedgerItem[]> {
  const { published, now } = facts;
  if (published === null) return facts.ledger;
  const { remove, create } = compareRecords({ ...facts, published });
  const isAsDeployed = remove.length + create.length === 0;
  const ledger: LedgerItem[] = [];
  for (const item of facts.ledger) {
    const isOpen = isUnfinished(item) && actionOf(item) === 'repair';
    const called = item.steps.some(({ at }) => at !== null);
    if (!isOpen) ledger.push(item);
    else ledger.push(await conclude(context, item, { isAsDeployed, called, ageMs: now - item.startedAt }));
  }
  return ledger;
}

/** The item as it was where it goes on, or where a higher epoch has taken over: then nothing new is begun. */
async function conclude(
  context: FrontContext,
  item: LedgerItem,
  seen: { readonly isAsDeployed: boolean; readonly called: boolean; readonly ageMs: number },
): Promise<LedgerItem> {
  const closing = closingOf(seen);
  return closing === null ? item : ((await closeRecovery(context, item, closing)) ?? item);
}

/** Null for one that is not over. */
function closingOf({
  isAsDeployed,
  called,
  ageMs,
}: {
  readonly isAsDeployed: boolean;
  readonly called: boolean;
  readonly ageMs: number;
}): Closing | null {
  if (isAsDeployed) return { state: 'done', after: 'as deployed', added: 'the records are as deployed' };
  if (!called) return { state: 'aborted', added: 'no call was made; planned anew', failed: false };
  if (ageMs < LATE_MS) return null;
  return { state: 'aborted', added: `not as deployed after ${ageMs} ms`, failed: true };
}

async function act(
  context: FrontContext,
  records: RecordStore,
  facts: RecordFacts,
  repair: RepairAction,
): Promise<string> {
  const { ports, settings, held, desks } = context;
  const { mode, pausedBy } = await desks.edge.mode();
  if (mode === 'off' || pausedBy !== null) {
    return pausedBy === null ? 'the mode is off' : `paused by ${pausedBy}`;
  }
  const made = { env: settings.env, function: settings.functionName, epoch: held.lease.token };
  const item = openFrontRecovery({ action: repair, mode, now: facts.now, ...made });
  const what = `repair ${repair.memberId}`;
  if (mode === 'observe') {
    const known = facts.ledger.some((one) => one.state === 'observed' && one.reason === repair.reason);
    if (!known) await ports.store.appendLedger(item);
    return `would ${what} (mode observe): ${repair.reason}`;
  }
  const holdMs = facts.edge['repair-cooldown-ms'];
  const denial = standingDenial(facts.ledger, FRONT_CALLS.repair, { now: facts.now, holdMs });
  if (denial !== null) return `not called: ${tellDenial(FRONT_CALLS.repair, denial)}`;
  if (facts.ledger.some((one) => isUnfinished(one))) return 'a recovery is under way';
  if (!(await ports.store.appendLedger(item))) return OVERTAKEN.summary;
  return call(context, records, { facts, repair, item });
}

async function call(
  context: FrontContext,
  records: RecordStore,
  {
    facts,
    repair,
    item,
  }: { readonly facts: RecordFacts; readonly repair: RepairAction; readonly item: LedgerItem },
): Promise<string> {
  const { ports, held, desks } = context;
  const name = stepName('repair', 0);
  const applied = await applyStep(
    ports,
    {
      item,
      name,
      steps: withStep(item, name, { at: ports.clock.now(), outcome: 'pending' }),
      epoch: held.lease.token,
      call: () => records.apply(repair),
      // Accepted is not yet seen by every name server: the zone says when it is done.
      stateAfter: ({ outcome }) => (outcome === 'refused' ? 'aborted' : 'waiting'),
    },
    () =>
      clearCall(desks.edge, context, {
        now: facts.now,
        seenAt: [],
        evidenceAgeMsMax: REQUEST_TIMEOUT_MS,
        callMs: REQUEST_TIMEOUT_MS,
      }),
  );
  if (applied.result === 'overtaken') return OVERTAKEN.summary;
  if (applied.result === 'not-clear') return `repair not called: ${applied.why}`;
  return `repair ${repair.memberId}: ${applied.outcome.outcome}`;
}
