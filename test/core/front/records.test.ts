import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asPublished,
  edgeHealth,
  NO_EDGE_MEMORY,
  openFrontRecovery,
  parseExpectedRecords,
  planRecords,
  type ExpectedRecord,
  type PublishedRecord,
  type RecordFacts,
} from '../../../core/front/index.ts';
import { defaultsOf } from '../../../core/thresholds/index.ts';
import type { EdgeThresholds } from '../../../core/thresholds/edge.ts';
import { NOW } from './support.ts';

const EDGE = defaultsOf('edge') as EdgeThresholds;
const EXPECTED: readonly ExpectedRecord[] = (['PRIMARY', 'SECONDARY'] as const).map((failover) => ({
  name: 'shop.example.com',
  type: 'A',
  setIdentifier: failover.toLowerCase(),
  failover,
  alias: {
    dnsName: `${failover.toLowerCase()}.elb.amazonaws.com`,
    hostedZoneId: 'Z1',
    evaluateTargetHealth: true,
  },
  healthCheckId: failover === 'PRIMARY' ? 'check' : null,
}));
const [PRIMARY, SECONDARY] = EXPECTED.map(asPublished) as [PublishedRecord, PublishedRecord];
const MOVED: PublishedRecord = { ...PRIMARY, alias: { ...PRIMARY.alias!, dnsName: 'evil.example.net' } };
const RESOLVES = Object.fromEntries(EXPECTED.map(({ alias }) => [alias.dnsName, true]));

/** What stands, with a drift that has been told of for an hour. */
function plan(published: readonly PublishedRecord[] | null, change: Partial<RecordFacts> = {}) {
  const facts: RecordFacts = {
    now: NOW,
    env: 'demo',
    edge: EDGE,
    expected: EXPECTED,
    published,
    resolves: RESOLVES,
    memory: { drift: null },
    unrest: null,
    ledger: [],
    ...change,
  };
  const { drift } = planRecords(facts);
  const since = drift === null ? null : { ...drift, since: NOW - 3_600_000 };
  return planRecords({ ...facts, memory: { drift: since } });
}

describe('planRecords', () => {
  it('I-03, SEC-09: whatever stands, a repair publishes what was deployed and nothing else, and never empties', () => {
    const any = fc.record({
      pick: fc.constantFrom(PRIMARY, SECONDARY, MOVED),
      failover: fc.constantFrom('PRIMARY', 'SECONDARY', null),
      healthCheckId: fc.constantFrom('check', 'other', null),
      isForeign: fc.boolean(),
    });
    const zone = fc.uniqueArray(any, { selector: ({ pick }) => pick.setIdentifier, maxLength: 2 });
    fc.assert(
      fc.property(zone, (drawn) => {
        const published = drawn.map(({ pick, ...fields }) => ({ ...pick, ...fields }));
        const { repair, drifts } = plan(published);
        if (repair === null) return;
        expect(drifts.length).toBeGreaterThan(0);
        expect(
          repair.remove.every((record) => (published as readonly PublishedRecord[]).includes(record)),
        ).toBe(true);
        const kept = published.filter((record) => !repair.remove.includes(record));
        const after = [...kept, ...repair.create].map(({ setIdentifier, alias }) => [
          setIdentifier,
          alias?.dnsName,
        ]);
        expect(after.toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1))).toEqual(
          EXPECTED.map(({ setIdentifier, alias }) => [setIdentifier, alias.dnsName]),
        );
      }),
    );
  });

  it('deletes exactly what stands and creates what was deployed, in one batch', () => {
    const { repair, drifts } = plan([MOVED, SECONDARY]);
    expect(drifts.map(({ kind }) => kind)).toEqual(['altered']);
    expect(repair).toMatchObject({ remove: [MOVED], create: [PRIMARY] });
  });

  it.each([
    ['not-quiet', { unrest: 'a target hangs' }],
    ['dangling', { resolves: {} }],
    ['dangling', { resolves: { ...RESOLVES, 'primary.elb.amazonaws.com': false } }],
    ['nothing-deployed', { expected: [] }],
  ] as const)('waits (%s)', (cause, change) => {
    const { repair, hold } = plan([SECONDARY], change);
    expect([repair, hold?.cause]).toEqual([null, cause]);
  });

  it('waits until the same drift has stood for long enough, and without an answer keeps what it knew', () => {
    const memory = { drift: { told: 'another', since: 0 } };
    const facts = { now: NOW, env: 'demo', edge: EDGE, expected: EXPECTED, resolves: RESOLVES, memory };
    const fresh = planRecords({ ...facts, published: [SECONDARY], unrest: null, ledger: [] });
    expect([fresh.hold?.cause, fresh.drift?.since]).toEqual(['drift-hold', NOW]);
    expect(fresh.hold?.reviewAt).toBe(NOW + EDGE['drift-hold-ms']);
    const unknown = planRecords({ ...facts, published: null, unrest: null, ledger: [] });
    expect([unknown.hold?.cause, unknown.drift]).toEqual(['unknown', memory.drift]);
  });

  it('I-10: one repair a cooldown; an acknowledgement ends it', () => {
    const action = plan([SECONDARY]).repair!;
    const made = { env: 'demo', function: 'dns-failover', epoch: 1, now: NOW - 60_000, mode: 'act' as const };
    const item = openFrontRecovery({ action, ...made });
    const done = { ...item, steps: item.steps.map((step) => ({ ...step, at: NOW - 60_000 })) };
    const reviewAt = NOW - 60_000 + EDGE['repair-cooldown-ms'];
    expect(plan([SECONDARY], { ledger: [done] }).hold).toMatchObject({ cause: 'cooldown', reviewAt });
    const acknowledged = { by: 'ana', why: 'seen', at: NOW };
    expect(plan([SECONDARY], { ledger: [{ ...done, acknowledged }] }).repair).not.toBeNull();
  });

  it('tells of a target that is gone although the records are as deployed', () => {
    const { drifts, repair } = plan([PRIMARY, SECONDARY], {
      resolves: { ...RESOLVES, 'secondary.elb.amazonaws.com': false },
    });
    expect([drifts.map(({ kind }) => kind), repair]).toEqual([['dangling'], null]);
  });

  it('reads the records as the template writes them, and nothing else', () => {
    expect(parseExpectedRecords(JSON.stringify(EXPECTED))).toEqual(EXPECTED);
    const dotted = EXPECTED.map((one) => ({ ...one, name: 'Shop.Example.com.' }));
    expect(parseExpectedRecords(JSON.stringify(dotted))?.[0]?.name).toBe('shop.example.com');
    for (const text of ['', '{}', '[1]', '[{"name":"a b","type":"A"}]', '[{"name":"a","type":"TXT"}]']) {
      expect(parseExpectedRecords(text)).toBeNull();
    }
  });
});

describe('edgeHealth', () => {
  const answer = (status: number | null) => ({ at: NOW, status, latencyMs: null, error: null });
  const after = (...answers: (number | null)[]) =>
    edgeHealth(NO_EDGE_MEMORY, answers.map(answer), EDGE).healthy;

  it('turns after two failures in a row, and back after three answers in a row; a redirect is an answer', () => {
    expect(after(500)).toBe(true);
    expect(after(500, 200, null)).toBe(true);
    expect(after(null, 503)).toBe(false);
    expect(after(null, null, 200, 200)).toBe(false);
    expect(after(null, null, 301, 200, 204)).toBe(true);
  });
});
