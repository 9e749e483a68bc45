import { describe, expect, it } from 'vitest';
import type { LedgerItem, ObservationItem } from '../../../core/state/items.ts';
import { toLine, type Measured } from '../../../proving/drills/line.ts';
import type { FaultKind, Member } from '../../../proving/drills/model.ts';
import { SCENARIOS, type Setting } from '../../../proving/drills/scenarios/index.ts';
import { worstOf } from '../../../proving/drills/worst.ts';
import { sample } from './samples.ts';

const reader = SCENARIOS.find((s) => s.name === 'database-reader')!;
const writer = SCENARIOS.find((s) => s.name === 'database-writer')!;

const victim: Member = {
  id: 'demo-reader-1',
  role: 'reader',
  az: 'us-east-1b',
  status: 'available',
  address: '127.0.20.2',
  port: 5432,
  endpoint: 'demo-reader-1.example',
  pid: 1,
};

function setting(fault: FaultKind, conditions: Partial<Setting> = {}): Setting {
  return { fault, pace: 'fast', without: null, deny: null, control: false, ...conditions };
}

function measured(changes: Partial<Measured>): Measured {
  return {
    scenario: reader,
    setting: setting('kill'),
    seed: 1,
    victim,
    samples: Array.from({ length: 300 }, (_, i) => sample(i * 10, 4, { own: i % 10 === 0 })),
    faultAt: 1000,
    endedAt: 2995,
    faultVerified: true,
    managedAt: null,
    staleWriterWrites: null,
    readBack: { acked: 10, lost: 0, invented: 0, duplicated: 0 },
    records: { observations: [], ledger: [] },
    denied: [],
    lagMsMax: 2,
    versions: {},
    ...changes,
  };
}

describe('a drill line', () => {
  it('holds when every expectation holds and the fault was verified', () => {
    expect(toLine(measured({}))).toMatchObject({
      held: true,
      not_held: [],
      failed_reads: 0,
      longest_gap_ms: 10,
    });
  });

  it('says how much of the usual load it was measured under', () => {
    expect(toLine(measured({})).load_pct).toBe(100);
    expect(toLine(measured({ loadPct: 40 })).load_pct).toBe(40);
  });

  it('does not hold when the fault was not verified', () => {
    expect(toLine(measured({ faultVerified: false })).held).toBe(false);
  });

  it('does not hold after one failed read, and says which rule broke', () => {
    const samples = [...measured({}).samples, sample(1500, 5, { ok: false, status: 503 })];
    const line = toLine(measured({ samples }));
    expect(line.held).toBe(false);
    expect(line.not_held).toContain('failed_reads = 0');
  });

  it('never holds on what was not measured', () => {
    const line = toLine(measured({ readBack: { acked: 10, lost: null, invented: null, duplicated: null } }));
    expect(line.lost_acked_writes).toBeNull();
    expect(line.not_held).toContain('lost_acked_writes = 0');
  });

  it('leaves added_ms null when the managed failover was not seen to end', () => {
    const line = toLine(
      measured({
        scenario: writer,
        samples: [sample(0, 4, { kind: 'write' }), sample(1500, 4, { kind: 'write' })],
      }),
    );
    expect(line.recovered_ms).toBe(504);
    expect(line.managed_ms).toBeNull();
    expect(line.added_ms).toBeNull();
    expect(line.held).toBe(false);
  });

  it('takes detection, decision and actions from the records after the fault', () => {
    const observation = (at: number, failure: 'reader-unreachable' | null) =>
      ({
        kind: 'observation',
        at,
        verdicts: [{ memberId: victim.id, failure, since: at, samples: 3 }],
      }) as unknown as ObservationItem;
    const entry = {
      kind: 'ledger',
      function: 'replica-pool',
      startedAt: 4200,
      memberId: victim.id,
      reason: '',
      mode: 'act',
      before: `${victim.id}=in demo-reader-2=in`,
      after: `${victim.id}=out demo-reader-2=in`,
      steps: [
        {
          name: 'publish',
          call: 'rds:ModifyDBClusterEndpoint',
          target: 'pool',
          reason: '2 probers',
          at: 4300,
          outcome: 'accepted',
          detail: null,
        },
      ],
    } as unknown as LedgerItem;
    const records = {
      observations: [
        observation(900, 'reader-unreachable'),
        observation(3000, null),
        observation(4000, 'reader-unreachable'),
      ],
      ledger: [entry],
    };
    const line = toLine(measured({ records }));
    expect(line).toMatchObject({ detected_ms: 3000, decided_ms: 3200, removed: 1, promotions: 0 });
    expect(line.actions).toEqual([
      {
        function: 'replica-pool',
        call: 'rds:ModifyDBClusterEndpoint',
        target: 'pool',
        reason: '2 probers',
        at_ms: 3300,
      },
    ]);
  });
});

describe('a line of a gray fault', () => {
  const faultAt = 1000;
  const calledAt = faultAt + 8000;
  const failover = {
    kind: 'ledger',
    function: 'write-failover',
    startedAt: calledAt - 50,
    memberId: victim.id,
    reason: `${victim.id}: writer-unreachable`,
    mode: 'act',
    before: victim.id,
    after: null,
    steps: [
      {
        name: 'failover',
        call: 'rds:FailoverDBCluster',
        target: 'demo-reader-2',
        reason: 'frozen',
        at: calledAt,
        outcome: 'accepted',
        detail: null,
      },
    ],
  } as unknown as LedgerItem;
  const promoted: Partial<Measured> = {
    scenario: writer,
    setting: setting('hang'),
    samples: [
      sample(0, 4, { kind: 'write' }),
      sample(500, 4, { own: true }),
      sample(faultAt + 9000, 2000, { kind: 'write' }),
    ],
    managedAt: faultAt + 10_000,
    staleWriterWrites: 0,
    records: { observations: [], ledger: [failover] },
  };

  it('counts managed_ms from our call, and what came before it as ours', () => {
    const line = toLine(measured(promoted));
    expect(line).toMatchObject({ managed_ms: 2000, recovered_ms: 11_000, added_ms: 9000, promotions: 1 });
    expect(line.not_held).toEqual([]);
    expect(line.held).toBe(true);
  });

  it.each([
    ['the call came late', { faultAt: faultAt - 3000 }, /FailoverDBCluster called <= 10000 ms/],
    ['the old writer accepted a write', { staleWriterWrites: 1 }, /stale_writer_writes = 0/],
    ['nobody could ask the old writer', { staleWriterWrites: null }, /stale_writer_writes = 0/],
    ['nobody was promoted', { records: { observations: [], ledger: [] } }, /promotions = 1/],
  ])('does not hold when %s', (_what, changes: Partial<Measured>, rule) => {
    const line = toLine(measured({ ...promoted, ...changes }));
    expect(line.held).toBe(false);
    expect(line.not_held.join('; ')).toMatch(rule);
  });

  it('by alarm alone the call may take a minute', () => {
    const slow = { ...promoted, faultAt: faultAt - 40_000, setting: setting('hang', { without: 'stream' }) };
    expect(toLine(measured(slow)).not_held.join('; ')).not.toMatch(/called/);
  });

  it('without functions nobody is expected to be promoted: writes must go on when the writer wakes', () => {
    const conditions = setting('hang', { without: 'functions' });
    const line = toLine(
      measured({ ...promoted, setting: conditions, records: null, managedAt: null, staleWriterWrites: null }),
    );
    expect(line).toMatchObject({ held: true, promotions: null, managed_ms: null, added_ms: null });
  });
});

describe('reads of one\u2019s own write', () => {
  it('one that is stale breaks the hypothesis; none asked is no proof', () => {
    const stale = sample(1500, 5, { own: true, stale: true });
    const line = toLine(measured({ samples: [...measured({}).samples, stale] }));
    expect(line.stale_reads).toBe(1);
    expect(line.not_held).toContain('stale_reads = 0');
    const unasked = toLine(measured({ samples: [sample(0, 4), sample(1500, 4)] }));
    expect(unasked.stale_reads).toBeNull();
    expect(unasked.not_held).toContain('stale_reads = 0');
  });
});

describe('calls that were refused', () => {
  const denial = {
    function: 'replica-pool',
    action: 'rds:ModifyDBClusterEndpoint',
    resource: 'arn:aws:rds:x',
  };

  it('SEC-01: break the drill, naming function, action and resource', () => {
    const line = toLine(measured({ denied: [denial] }));
    expect(line.denied).toEqual([denial]);
    expect(line.held).toBe(false);
    expect(line.not_held).toEqual([
      'AccessDenied: replica-pool may not rds:ModifyDBClusterEndpoint on arn:aws:rds:x',
    ]);
  });

  it('are what was asked for where the API was taken away', () => {
    const conditions = setting('kill', { deny: { service: 'rds', kind: 'control' } });
    const line = toLine(measured({ denied: [denial], setting: conditions }));
    expect(line).toMatchObject({ held: true, deny: 'rds-control', denied: [denial] });
  });
});

describe('the worst of several runs', () => {
  it('keeps the worst value of each field and holds only if every run held', () => {
    const good = toLine(measured({}));
    const lossy = toLine(measured({ readBack: { acked: 8, lost: 2, invented: 0, duplicated: 0 } }));
    const worst = worstOf([good, lossy, good]);
    expect(worst).toMatchObject({
      runs: 3,
      runs_held: 2,
      held: false,
      lost_acked_writes: 2,
      acked_writes: 8,
    });
  });

  it('is null where one run measured nothing', () => {
    const unknown = toLine(measured({ readBack: { acked: 8, lost: null, invented: 0, duplicated: 0 } }));
    expect(worstOf([toLine(measured({})), unknown]).lost_acked_writes).toBeNull();
  });
});
