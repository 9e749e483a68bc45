import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LedgerItem, ObservationItem } from '../../../core/state/items.ts';
import { narrateRecords } from '../../../bin/stage/narrator.ts';
import type { DrillPlace, Member } from '../../../proving/drills/index.ts';

let said: string[];
let observations: ObservationItem[];
let ledger: LedgerItem[];

const terminal = {
  say: (line: string) => void said.push(line),
  good: () => undefined,
  bad: () => undefined,
  data: () => undefined,
};
const place = {
  records: async () => ({ observations, ledger }),
  members: async () => [{ id: 'member-b', role: 'reader', az: 'us-east-1b' } as Member],
} as unknown as DrillPlace;

const observed = (at: number, failure: 'reader-unreachable' | null) =>
  ({
    kind: 'observation',
    az: 'us-east-1a',
    at,
    verdicts: [{ memberId: 'member-b', failure, since: at, samples: 3 }],
  }) as unknown as ObservationItem;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  observations = [];
  ledger = [];
});
afterEach(() => vi.useRealTimers());

it('tells each change of a verdict once, though it reads the same records again and again', async () => {
  const stop = narrateRecords(place, terminal);
  observations = [observed(1, null)];
  await vi.advanceTimersByTimeAsync(1000);
  observations = [observed(1, null), observed(2, 'reader-unreachable')];
  await vi.advanceTimersByTimeAsync(3000);
  observations = [observed(1, null), observed(2, 'reader-unreachable'), observed(3, null)];
  await vi.advanceTimersByTimeAsync(3000);
  stop();
  expect(said).toEqual([
    'seen: the prober of us-east-1a says the reader in us-east-1b is reader-unreachable',
    'seen: the prober of us-east-1a says the reader in us-east-1b is healthy',
  ]);
});

it('tells a decision and its calls when its state changes', async () => {
  const step = {
    name: 'exclude',
    call: 'rds:ModifyDBClusterEndpoint',
    target: 'pool',
    reason: '',
    at: 5,
    outcome: 'accepted',
    detail: null,
  };
  ledger = [
    {
      id: 'r1',
      function: 'replica-pool',
      state: 'done',
      reason: 'member-b in -> out',
      steps: [step],
    } as unknown as LedgerItem,
  ];
  const stop = narrateRecords(place, terminal);
  await vi.advanceTimersByTimeAsync(3000);
  stop();
  expect(said).toEqual([
    'decided: replica-pool (done): the reader in us-east-1b in -> out',
    'done: rds:ModifyDBClusterEndpoint pool (accepted)',
  ]);
});
