import { describe, expect, it } from 'vitest';
import type { LedgerItem } from '../../../../core/state/items.ts';
import { converges } from '../../../../proving/sim/checks/convergence.ts';
import { finishedByOthers, onRecord } from '../../../../proving/sim/checks/recovery.ts';
import { CONVERGE_MS } from '../../../../proving/sim/run-options.ts';
import { call, database, engine, invocation, NOW, pool, recovery, sayLast, step, view } from './view.ts';

const quietFor = (ms: number, change: Parameters<typeof view>[0] = {}) =>
  view({ phase: 'liveness', quietSince: NOW - ms, ...change });

describe('I-13: what a killed function left is finished', () => {
  const killed = [invocation({ endedAt: NOW - 400_000, end: 'killed' })];
  const left = (updatedAgoMs: number, state: LedgerItem['state'] = 'acting') => ({
    invocations: killed,
    ledger: [recovery({ state, updatedAt: NOW - updatedAgoMs })],
  });

  it('holds once it is, and while it may still take', () => {
    const checker = finishedByOthers();
    expect(sayLast(checker, quietFor(CONVERGE_MS - 1, left(400_000)))).toBeNull();
    expect(checker.checked).toBe(0);
    expect(sayLast(checker, quietFor(CONVERGE_MS, left(400_000, 'done')))).toBeNull();
    expect(sayLast(checker, quietFor(CONVERGE_MS, left(1000)))).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('breaks when it lies there', () => {
    const said = sayLast(finishedByOthers(), quietFor(CONVERGE_MS, left(400_000)));
    expect(said).toMatch(/failover-1 is acting for 400000 ms; i-1 of write-failover was killed/);
  });

  it('is about killed ones alone', () => {
    const checker = finishedByOthers();
    const returned = [invocation({ endedAt: NOW, end: 'returned' })];
    expect(sayLast(checker, quietFor(CONVERGE_MS, { ...left(400_000), invocations: returned }))).toBeNull();
    expect(checker.checked).toBe(0);
  });
});

describe('I-14: it converges and stays', () => {
  const broken: [string, Parameters<typeof view>[0], RegExp][] = [
    ['no pool', { pool: null }, /no pool is published/],
    ['failing open', { pool: pool({ 'db-2': 'in', 'db-3': 'in' }, { failOpen: true }) }, /fails open/],
    [
      'a reader missing',
      { pool: pool({ 'db-2': 'in', 'db-3': 'out' }) },
      /db-3 \(out\) works and is not published/,
    ],
    [
      'the writer published',
      { pool: pool({ 'db-1': 'in', 'db-2': 'in', 'db-3': 'in' }) },
      /db-1 is published/,
    ],
    [
      'a dead reader published',
      { database: database({ engines: [engine('db-1'), engine('db-2'), engine('db-3', { up: false })] }) },
      /db-3 is published and is no working reader/,
    ],
    [
      'an endpoint left behind',
      { pool: pool({ 'db-2': 'in', 'db-3': 'in' }, { excluded: ['db-3'] }) },
      /still excludes db-3/,
    ],
    [
      'nobody to write to',
      {
        database: database({
          engines: [engine('db-1', { acceptsCommits: false }), engine('db-2'), engine('db-3')],
        }),
      },
      /0 members accept commits/,
    ],
    [
      'a name that points elsewhere',
      { database: database({ endpoint: 'db-3' }) },
      /names db-3, the writer is db-1/,
    ],
  ];

  it('holds when all is as it should be', () => {
    const checker = converges();
    expect(sayLast(checker, quietFor(CONVERGE_MS), quietFor(CONVERGE_MS + 1))).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('lets what engineers excluded be', () => {
    const theirs = pool({ 'db-2': 'in', 'db-3': 'in' }, { excluded: ['analytics'] });
    expect(sayLast(converges(), quietFor(CONVERGE_MS, { pool: theirs }))).toBeNull();
  });

  it.each(broken)('breaks with %s, and not before its time', (_, change, said) => {
    expect(sayLast(converges(), view(change), quietFor(CONVERGE_MS - 1, change))).toBeNull();
    expect(sayLast(converges(), quietFor(CONVERGE_MS, change))).toMatch(said);
  });
});

describe('I-36: whatever takes effect is on record', () => {
  const after = (ledger: LedgerItem[], made = call()) => sayLast(onRecord(), view({ calls: [made], ledger }));

  it('holds with the intent, by its token, target and time', () => {
    const checker = onRecord();
    expect(sayLast(checker, view({ calls: [call()], ledger: [recovery()] }))).toBeNull();
    expect(checker.checked).toBe(1);
  });

  it('knows the write of the pool by its request to DynamoDB', () => {
    const put = call({ function: 'replica-pool', call: 'state:PutPool', target: 'pool#c' });
    const steps = [step({ name: 'publish', call: 'dynamodb:PutItem', target: 'pool#c' })];
    expect(after([recovery({ function: 'replica-pool', steps })], put)).toBeNull();
    expect(after([recovery({ steps })], put)).toMatch(/on no record/);
  });

  it.each([
    ['no item', []],
    ['another token', [recovery({ epoch: 2 })]],
    ['another target', [recovery({ steps: [step({ target: 'db-3' })] })]],
    ['no intent yet', [recovery({ steps: [step({ at: null })] })]],
    ['an intent written afterwards', [recovery({ steps: [step({ at: NOW + 1 })] })]],
  ])('breaks with %s', (_, ledger) => {
    expect(after(ledger)).toMatch(/is on no record of token 1/);
  });

  it('breaks without evidence, and asks nothing of a call without effect', () => {
    expect(after([recovery({ evidence: [] })])).toMatch(/without evidence/);
    expect(after([], call({ effective: false }))).toBeNull();
  });
});
