/** The acting half of cache-router: one recovery in the ledger, one named call, and what became of it. */

import {
  actionOf,
  intendCacheCall,
  openCacheRecovery,
  reviewCacheRecovery,
  targetOf,
  votingOf,
  type CacheAction,
  type CacheFacts,
  type CacheReview,
} from '../../core/cache/controller/index.ts';
import { isUnfinished } from '../../core/database/ledger.ts';
import type { CallOutcome } from '../../core/ports/index.ts';
import type { LedgerItem, Mode, RecoveryState } from '../../core/state/items.ts';
import { applyStep } from '../shared/applier.ts';
import type { Clearance } from '../shared/clearance.ts';
import {
  clearCall,
  closeRecovery,
  OVERTAKEN,
  still,
  tellFailed,
  type Closing,
  type Done,
} from '../shared/recovery.ts';
import { REQUEST_TIMEOUT_MS } from './contract.ts';
import type { RouterContext } from './observe.ts';

export interface Reviewed extends Done {
  /** The ledger as it stands after what was closed. */
  readonly ledger: readonly LedgerItem[];
  /** The reboot that is to be planned again. */
  readonly resuming: LedgerItem | null;
}

/** Closes what is over, and finds the reboot whose call has to be made again. */
export async function reviewUnfinished(context: RouterContext, facts: CacheFacts): Promise<Reviewed> {
  const summaries: string[] = [];
  let ledger = facts.ledger;
  let resuming: LedgerItem | null = null;
  for (const item of facts.ledger.filter(isUnfinished)) {
    const review = reviewCacheRecovery(item, facts);
    summaries.push(`${item.id} ${review.state}: ${review.reason}`);
    if (review.state === 'replan') resuming ??= item;
    if (review.state === 'waiting' && review.late) tellFailed(context);
    if (review.state !== 'done' && review.state !== 'aborted') continue;
    const closed = await closeRecovery(context, item, closingOf(review));
    if (closed === null) return { ...OVERTAKEN, ledger, resuming: null };
    ledger = ledger.map((one) => (one.id === item.id ? closed : one));
  }
  return { summary: summaries.join('; '), changed: false, overtaken: false, ledger, resuming };
}

/** @param resumed the unfinished recovery to go on with; null to begin one */
export async function actOn(
  context: RouterContext,
  facts: CacheFacts,
  action: CacheAction,
  resumed: LedgerItem | null,
): Promise<Done> {
  const { ports, held } = context;
  const item = resumed ?? open(context, facts, action, 'act');
  if (resumed === null && !(await ports.store.appendLedger(item))) return OVERTAKEN;
  const { reason } = action;
  const intent = intendCacheCall(item, { target: targetOf(action), reason, now: ports.clock.now() });
  if (intent === null) {
    const added = 'every call it may make is made';
    const closed = await closeRecovery(context, item, { state: 'aborted', added, failed: true });
    return closed === null ? OVERTAKEN : still(`${item.id} aborted: ${added}`);
  }
  const applied = await applyStep(
    ports,
    {
      item,
      ...intent,
      epoch: held.lease.token,
      call: () => call(context, action),
      stateAfter: (outcome) => stateAfter(action, outcome),
    },
    () => clearance(context, facts, action),
  );
  if (applied.result === 'overtaken') return OVERTAKEN;
  const what = `${action.kind} ${action.memberId}`;
  if (applied.result === 'not-clear') return still(`${what} not called: ${applied.why}`);
  const { outcome } = applied;
  if (action.kind === 'reboot' && outcome.outcome === 'refused' && !outcome.retryable) tellFailed(context);
  const changed = outcome.outcome === 'accepted';
  return { summary: `${what}: ${outcome.outcome}`, changed, overtaken: false };
}

/** Mode `observe`: what would have been done is written down, once a failure, and nothing is called. */
export async function observeOnly(
  context: RouterContext,
  facts: CacheFacts,
  action: CacheAction,
): Promise<string> {
  const known = facts.ledger.some(
    (item) =>
      item.state === 'observed' &&
      item.memberId === action.memberId &&
      actionOf(item) === action.kind &&
      item.startedAt > facts.now - facts.thresholds['reboot-window-ms'],
  );
  if (!known) await context.ports.store.appendLedger(open(context, facts, action, 'observe'));
  return `would ${action.kind} ${action.memberId} (mode observe): ${action.reason}`;
}

function call({ ports }: RouterContext, action: CacheAction): Promise<CallOutcome> {
  const { kind } = action;
  if (kind === 'reboot') {
    return ports.control.reboot({ cacheClusterId: action.cacheClusterId, nodeId: action.nodeId });
  }
  const { cache, shard, rowEpoch } = action;
  return kind === 'readmit'
    ? ports.shards.readmit({ cache, shard })
    : ports.shards.quarantine({ cache, shard, epoch: rowEpoch });
}

/** A reboot is done when most zones reach the shard again; the rows say at once what came of the others. */
function stateAfter({ kind }: CacheAction, { outcome }: CallOutcome): RecoveryState {
  if (outcome === 'refused') return 'aborted';
  return outcome === 'accepted' && kind !== 'reboot' ? 'done' : 'waiting';
}

function clearance(context: RouterContext, facts: CacheFacts, action: CacheAction): Promise<Clearance> {
  const group = action.kind === 'reboot' ? facts.groups[action.memberId] : undefined;
  return clearCall(context.desk, context, {
    now: facts.now,
    seenAt: [...votingOf(facts).map(({ at }) => at), group?.at ?? facts.now],
    evidenceAgeMsMax: facts.evidenceAgeMsMax,
    callMs: REQUEST_TIMEOUT_MS,
  });
}

/** Of one that is done the reason says enough. */
function closingOf(review: Extract<CacheReview, { state: 'done' | 'aborted' }>): Closing {
  return review.state === 'done' ? { ...review, added: null } : { ...review, added: review.reason };
}

function open(
  { settings, held }: RouterContext,
  facts: CacheFacts,
  action: CacheAction,
  mode: Mode,
): LedgerItem {
  const { env, functionName } = settings;
  return openCacheRecovery({
    action,
    mode,
    env,
    function: functionName,
    epoch: held.lease.token,
    now: facts.now,
  });
}
