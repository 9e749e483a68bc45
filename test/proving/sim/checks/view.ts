/** Views made by hand: a healthy cluster of three members, of which a test changes as little as it can. */

import type {
  LedgerItem,
  LedgerStep,
  ObservationItem,
  OutcomeItem,
  PoolItem,
  Verdict,
} from '../../../../core/state/items.ts';
import { defaultsOf } from '../../../../core/thresholds/validate.ts';
import type { DatabaseThresholds } from '../../../../core/thresholds/database.ts';
import type {
  Checker,
  Commit,
  ControlCall,
  DatabaseView,
  EngineView,
  InvocationView,
  SimView,
} from '../../../../proving/sim/model.ts';

export const NOW = 1_800_000_100_000;
export const ZONES = ['az-a', 'az-b', 'az-c'];
export const IDS = ['db-1', 'db-2', 'db-3'];
export const THRESHOLDS = defaultsOf('database') as DatabaseThresholds;

export function engine(id: string, change: Partial<EngineView> = {}): EngineView {
  const isWriter = id === 'db-1';
  return {
    id,
    az: ZONES[IDS.indexOf(id) % ZONES.length] ?? 'az-a',
    up: true,
    frozen: false,
    role: isWriter ? 'writer' : 'reader',
    acceptsCommits: isWriter,
    generation: 1,
    position: 100,
    ...change,
  };
}

export function commit(change: Partial<Commit> = {}): Commit {
  return { id: 'c', at: NOW, memberId: 'db-1', generation: 1, position: 100, acknowledged: true, ...change };
}

export function database(change: Partial<DatabaseView> = {}): DatabaseView {
  return {
    engines: IDS.map((id) => engine(id)),
    durable: 100,
    generation: 1,
    commits: [],
    endpoint: 'db-1',
    readerEndpoint: ['db-2', 'db-3'],
    described: { clusterId: 'c', status: 'available', members: [], at: NOW },
    managedFailovers: [],
    ...change,
  };
}

export function pool(
  states: Record<string, 'in' | 'out' | 'returning'>,
  change: Partial<PoolItem> = {},
): PoolItem {
  return {
    kind: 'pool',
    clusterId: 'c',
    epoch: 1,
    at: NOW,
    failOpen: false,
    members: Object.fromEntries(Object.entries(states).map(([id, state]) => [id, { state, since: NOW }])),
    endpointEditedAt: null,
    excluded: [],
    ...change,
  };
}

export function call(change: Partial<ControlCall> = {}): ControlCall {
  return {
    issuedAt: change.at ?? NOW,
    at: NOW,
    function: 'write-failover',
    invocation: 'i-1',
    call: 'rds:FailoverDBCluster',
    target: 'db-2',
    token: 1,
    leaseUntil: NOW + 60_000,
    evidenceAt: NOW - 500,
    outcome: { outcome: 'accepted' },
    effective: true,
    ...change,
  };
}

export function invocation(change: Partial<InvocationView> = {}): InvocationView {
  return {
    id: 'i-1',
    function: 'write-failover',
    trigger: 'stream',
    startedAt: NOW - 1000,
    endedAt: null,
    end: null,
    calls: 3,
    ...change,
  };
}

/** A prober's observation in which the members named here are failed, and db-1 is the writer. */
export function observation(
  az: string,
  failed: Record<string, Verdict['failure']> = {},
  change: Partial<ObservationItem> = {},
): ObservationItem {
  const at = change.at ?? NOW - 500;
  return {
    kind: 'observation',
    env: 'sim',
    az,
    at,
    token: 1,
    sequence: 1,
    samples: IDS.map((memberId) => ({
      memberId,
      at,
      reach: 'ok' as const,
      sqlState: null,
      role: memberId === 'db-1' ? ('writer' as const) : ('reader' as const),
      lagMs: memberId === 'db-1' ? null : 20,
      latencyMs: 2,
      write: memberId === 'db-1' ? ('ok' as const) : null,
    })),
    verdicts: IDS.map((memberId) => ({
      memberId,
      failure: failed[memberId] ?? null,
      since: at - 10_000,
      samples: 5,
    })),
    blind: false,
    writer: { memberId: 'db-1', since: null },
    changed: false,
    ...change,
  };
}

export function outcome(change: Partial<OutcomeItem> = {}): OutcomeItem {
  return {
    kind: 'outcome',
    application: 'shop',
    processId: 'p-1',
    at: NOW - 1000,
    windowMs: 15_000,
    members: {},
    writes: { ok: 0, errors: 0 },
    ...change,
  };
}

export const step = (change: Partial<LedgerStep> = {}): LedgerStep => ({
  name: 'failover',
  call: 'rds:FailoverDBCluster',
  target: 'db-2',
  reason: 'x',
  at: NOW,
  outcome: 'pending',
  detail: null,
  ...change,
});

export const recovery = (change: Partial<LedgerItem> = {}): LedgerItem => ({
  kind: 'ledger',
  id: 'failover-1',
  clusterId: 'c',
  function: 'write-failover',
  epoch: 1,
  startedAt: NOW - 1000,
  updatedAt: NOW,
  state: 'acting',
  failure: 'writer-stalled',
  memberId: 'db-1',
  mode: 'act',
  reason: 'x',
  evidence: ['observation#az-a|1'],
  steps: [step()],
  before: 'db-1',
  after: null,
  actor: 'write-failover',
  ...change,
});

export function view(change: Partial<SimView> = {}): SimView {
  return {
    now: NOW,
    step: 1,
    phase: 'safety',
    quietSince: null,
    thresholds: THRESHOLDS,
    zones: ZONES,
    memberIds: IDS,
    database: database(),
    pool: pool({ 'db-2': 'in', 'db-3': 'in' }),
    ledger: [],
    observations: [],
    outcomes: [],
    calls: [],
    invocations: [],
    requests: [],
    faults: [],
    service: null,
    front: null,
    cache: null,
    ...change,
  };
}

/** What the checker says of each view in turn. */
export function say(checker: Checker, ...views: readonly SimView[]): readonly (string | null)[] {
  return views.map((each) => checker.check(each));
}

/** What it says of the last view, having held on all before; throws when it did not. */
export function sayLast(checker: Checker, ...views: readonly SimView[]): string | null {
  const said = say(checker, ...views);
  const early = said.slice(0, -1).find((each) => each !== null);
  if (early !== undefined) throw new Error(`broken too early: ${early}`);
  return said.at(-1) ?? null;
}
