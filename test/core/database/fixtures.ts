import type {
  LedgerItem,
  ObservationItem,
  OutcomeItem,
  Reach,
  Sample,
  Verdict,
} from '../../../core/state/items.ts';
import type { Failure } from '../../../core/failures.ts';
import { defaultsOf, type DatabaseThresholds } from '../../../core/thresholds/index.ts';

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
export const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] as const;
export const T = defaultsOf('database') as DatabaseThresholds;

export function sample(memberId: string, change: Partial<Sample> = {}): Sample {
  return {
    memberId,
    at: NOW,
    reach: 'ok',
    sqlState: null,
    role: 'reader',
    lagMs: 10,
    latencyMs: 2,
    write: null,
    ...change,
  };
}

export function writerSample(memberId: string, change: Partial<Sample> = {}): Sample {
  return sample(memberId, { role: 'writer', lagMs: null, write: 'ok', ...change });
}

export function lost(memberId: string, reach: Reach = 'timeout'): Sample {
  return sample(memberId, { reach, role: null, lagMs: null, latencyMs: null });
}

export function verdict(memberId: string, failure: Failure | null, since = NOW - 10_000): Verdict {
  return { memberId, failure, since, samples: 3 };
}

export interface Seen {
  readonly az: string;
  readonly writer?: string | null;
  readonly failures?: Readonly<Record<string, Failure>>;
  readonly members: readonly string[];
  readonly change?: Partial<ObservationItem>;
  readonly since?: number;
}

/** An observation of a cluster whose first member is the writer unless said otherwise. */
export function observation({
  az,
  writer,
  failures = {},
  members,
  change = {},
  since,
}: Seen): ObservationItem {
  const at = change.at ?? NOW - 300;
  const writerId = writer === undefined ? members[0]! : writer;
  return {
    kind: 'observation',
    env: 'demo',
    az,
    at,
    token: 1,
    sequence: 1,
    samples: members.map((id) => {
      if (failures[id]?.endsWith('unreachable') === true) return { ...lost(id), at };
      return { ...(id === writerId ? writerSample(id) : sample(id)), at };
    }),
    verdicts: members.map((id) => verdict(id, failures[id] ?? null, since)),
    blind: false,
    ...(writerId === null ? {} : { writer: { memberId: writerId, since: null } }),
    changed: false,
    ...change,
  };
}

export function outcome(change: Partial<OutcomeItem> = {}): OutcomeItem {
  return {
    kind: 'outcome',
    application: 'shop',
    processId: 'p1',
    at: NOW - 1000,
    windowMs: 5000,
    members: {},
    writes: { ok: 0, errors: 0 },
    ...change,
  };
}

export function ledgerItem(change: Partial<LedgerItem> = {}): LedgerItem {
  return {
    kind: 'ledger',
    id: 'failover-1-1',
    clusterId: 'c',
    function: 'write-failover',
    epoch: 1,
    startedAt: NOW - 60_000,
    updatedAt: NOW - 60_000,
    state: 'done',
    failure: 'writer-unreachable',
    memberId: 'a',
    mode: 'act',
    reason: '',
    evidence: [],
    steps: [
      {
        name: 'failover',
        call: 'rds:FailoverDBCluster',
        target: 'b',
        reason: '',
        at: NOW - 60_000,
        outcome: 'accepted',
        detail: null,
      },
      { name: 'confirm', call: null, target: 'b', reason: '', at: null, outcome: 'pending', detail: null },
    ],
    before: 'a',
    after: 'b',
    actor: 'write-failover',
    ...change,
  };
}
