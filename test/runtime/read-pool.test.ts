import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ON_WRITER } from '../../core/pools/index.ts';
import { drive, outcomeOf, p99, stage, type Stage } from './simulated/stage.ts';

interface Row {
  readonly tag: string;
  readonly value: unknown;
  readonly member: string;
}

const read = ({ database }: Stage, n: number, options?: Parameters<Stage['database']['reads']['query']>[2]) =>
  database.reads.query<Row>('select', [n], options).then((result) => result.rows[0]!);
const stateOf = ({ database }: Stage, id: string) =>
  database.reads.describe().readers.find((reader) => reader.id === id)!.state;

describe('the read pool', () => {
  it('spreads reads over the readers and spares the writer', async () => {
    const s = await stage();
    const served: string[] = [];
    await drive(s.clock, {
      perSecond: 200,
      ms: 2000,
      request: async (n) => served.push((await read(s, n)).member),
    });
    const share = served.filter((id) => id === 'r1').length / served.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
    expect(served).not.toContain('w');
    await s.database.close();
  });

  it('F-01: a killed reader fails no read and leaves the pool', async () => {
    const s = await stage();
    s.clock.after(1000, () => s.cluster.kill('r1'));
    const outcomes = await drive(s.clock, { perSecond: 200, ms: 5000, request: (n) => read(s, n) });
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    expect(Math.max(...outcomes.map((outcome) => outcome.ms))).toBeLessThan(50);
    expect(stateOf(s, 'r1')).toMatch(/ejected|probing/);
    await s.database.close();
  });

  it('F-02: a frozen reader fails no read and costs 10 ms at the 99th percentile', async () => {
    const s = await stage();
    const before = p99(await drive(s.clock, { perSecond: 200, ms: 5000, request: (n) => read(s, n) }));
    s.cluster.member('r2').health = 'frozen';
    const outcomes = await drive(s.clock, { perSecond: 200, ms: 20_000, request: (n) => read(s, n) });
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    expect(p99(outcomes)).toBeLessThanOrEqual(before + 10);
    await s.database.close();
  });

  it('F-03: a reader ten times slower than the other leaves the pool', async () => {
    const s = await stage();
    await drive(s.clock, { perSecond: 200, ms: 2000, request: (n) => read(s, n) });
    s.cluster.member('r2').latencyMs = () => 200;
    const outcomes = await drive(s.clock, { perSecond: 200, ms: 5000, request: (n) => read(s, n) });
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
    expect(stateOf(s, 'r2')).toMatch(/ejected|probing/);
    await s.database.close();
  });

  it('blames nobody when every reader is slow', async () => {
    const s = await stage();
    await drive(s.clock, { perSecond: 100, ms: 2000, request: (n) => read(s, n) });
    for (const id of ['r1', 'r2']) s.cluster.member(id).latencyMs = () => 100;
    const outcomes = await drive(s.clock, { perSecond: 50, ms: 5000, request: (n) => read(s, n) });
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
    expect([stateOf(s, 'r1'), stateOf(s, 'r2')]).not.toContain('ejected');
    await s.database.close();
  });

  it('brings a reader back by its own probes, with a growing share', async () => {
    const s = await stage();
    s.cluster.kill('r1');
    await drive(s.clock, { perSecond: 200, ms: 1000, request: (n) => read(s, n) });
    s.cluster.member('r1').health = 'up';
    // No user traffic at all: the return needs none.
    for (let ms = 0; ms < 20_000 && stateOf(s, 'r1') !== 'returning'; ms += 100) await s.clock.advance(100);
    expect(stateOf(s, 'r1')).toBe('returning');
    const served: string[] = [];
    await drive(s.clock, {
      perSecond: 200,
      ms: 1000,
      request: async (n) => served.push((await read(s, n)).member),
    });
    const share = served.filter((id) => id === 'r1').length / served.length;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.4);
    await s.clock.advance(6000);
    expect(stateOf(s, 'r1')).toBe('fresh');
    await s.database.close();
  });

  it('I-37: emptied of readers it spills to the writer up to the cap, then sheds', async () => {
    const s = await stage();
    s.cluster.kill('r1');
    s.cluster.kill('r2');
    await s.clock.advance(500);
    const light = await drive(s.clock, { perSecond: 100, ms: 2000, request: (n) => read(s, n) });
    expect(light.filter((outcome) => !outcome.ok)).toEqual([]);
    let atWriterMax = 0;
    s.cluster.member('w').latencyMs = () => 400;
    const watch = (): void => {
      atWriterMax = Math.max(atWriterMax, s.database.reads.describe().spill.atWriter);
      s.clock.after(10, watch);
    };
    watch();
    const heavy = await drive(s.clock, { perSecond: 100, ms: 3000, request: (n) => read(s, n) });
    expect(atWriterMax).toBeLessThanOrEqual(5);
    const shed = heavy.filter((outcome) => !outcome.ok);
    expect(shed.length).toBeGreaterThan(0);
    for (const { error } of shed) expect(['reads-shed', 'queue-full']).toContain(error!.code);
    expect(heavy.some((outcome) => outcome.ok)).toBe(true);
    await s.database.close();
  });

  it('I-37: readers that all lag stay in the pool', async () => {
    const s = await stage();
    for (const id of ['r1', 'r2']) s.cluster.member(id).lagMs = id === 'r1' ? 60_000 : 50_000;
    await s.clock.advance(3000);
    expect((await soon(s, read(s, 1))).member).toBe('r2');
    await s.database.close();
  });

  it('leaves a lagging reader out while another is within the limit', async () => {
    const s = await stage();
    s.cluster.member('r1').lagMs = 5000;
    await s.clock.advance(3000);
    const served: string[] = [];
    await drive(s.clock, {
      perSecond: 100,
      ms: 1000,
      request: async (n) => served.push((await read(s, n)).member),
    });
    expect(new Set(served)).toEqual(new Set(['r2']));
    await s.database.close();
  });

  it('I-38: a read after a write sees it: on a reader that shows it, else on the writer', async () => {
    const s = await stage();
    s.cluster.written = 100;
    expect((await soon(s, read(s, 1, { after: '100' }))).member).toBe('w');
    s.cluster.member('r1').position = 100;
    await s.clock.advance(3000);
    for (let n = 0; n < 20; n += 1) {
      expect(['r1', 'w']).toContain((await soon(s, read(s, n, { after: '100' }))).member);
    }
    expect((await soon(s, read(s, 1, { after: ON_WRITER }))).member).toBe('w');
    await s.database.close();
  });

  it('passes on what the work throws itself, without a second attempt', async () => {
    const s = await stage();
    let runs = 0;
    const request = s.database.reads.read(async () => {
      runs += 1;
      throw new RangeError('mine');
    });
    const pending = outcomeOf(s.clock, request);
    await s.clock.advance(100);
    expect((await pending).error).toBeInstanceOf(RangeError);
    expect(runs).toBe(1);
    await s.database.close();
  });

  it('refuses a session that is used after its work ended', async () => {
    const s = await stage();
    let kept: { query(text: string): Promise<unknown> } | null = null;
    const request = s.database.reads.read(async (session) => {
      kept = session;
      return session.query('select');
    });
    await s.clock.advance(100);
    await request;
    await expect(kept!.query('select')).rejects.toMatchObject({ code: 'session-ended' });
    await s.database.close();
  });

  it('refuses new reads once closed, lets the ones under way finish, and leaves nothing behind', async () => {
    const s = await stage();
    s.cluster.member('r1').latencyMs = () => 50;
    s.cluster.member('r2').latencyMs = () => 50;
    const underWay = outcomeOf(s.clock, read(s, 1));
    await s.clock.advance(1);
    const closed = s.database.close();
    await expect(read(s, 2)).rejects.toMatchObject({ code: 'pool-closed', advice: 'give-up' });
    await s.clock.advance(6000);
    await closed;
    expect((await underWay).ok).toBe(true);
    expect(s.cluster.open.size).toBe(0);
    await s.clock.advance(20_000);
    expect(s.clock.pending).toBe(0);
  });

  it('I-23: keeps attempts within the budget while every reader fails', async () => {
    const s = await stage();
    for (const id of ['w', 'r1', 'r2']) s.cluster.member(id).failWith = 'broken';
    await drive(s.clock, { perSecond: 100, ms: 5000, request: (n) => read(s, n) });
    const { requests, extra } = s.database.reads.describe().budget;
    expect(extra).toBeLessThanOrEqual(1 + requests * 0.1);
    await s.database.close();
  });

  it('answers within the deadline whatever the cluster does', async () => {
    const fault = fc.record({
      at: fc.integer({ min: 0, max: 3000 }),
      who: fc.constantFrom('w', 'r1', 'r2'),
      what: fc.constantFrom('dead', 'frozen', 'up'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 6 }), fc.nat(1e6), async (faults, seed) => {
        const s = await stage(undefined, { seed });
        for (const { at, who, what } of faults) {
          s.clock.after(at, () => {
            if (what === 'dead') s.cluster.kill(who);
            else s.cluster.member(who).health = what as 'up';
          });
        }
        const outcomes = await drive(s.clock, { perSecond: 40, ms: 4000, request: (n) => read(s, n) });
        expect(outcomes).toHaveLength(160);
        for (const outcome of outcomes) {
          expect(outcome.ms).toBeLessThanOrEqual(4000);
          if (!outcome.ok) expect(outcome.error!.advice).toBe('retry');
        }
        await s.database.close();
      }),
      { numRuns: 25 },
    );
  });
});

async function soon(s: Stage, request: Promise<Row>): Promise<Row> {
  const pending = outcomeOf(s.clock, request);
  await s.clock.advance(1000);
  const outcome = await pending;
  if (!outcome.ok) throw outcome.error!;
  return outcome.value as Row;
}
