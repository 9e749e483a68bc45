import { describe, expect, it } from 'vitest';
import {
  SimInvocation,
  type ExternalCall,
  type Mishap,
  type MishapAt,
} from '../../../../proving/sim/control/invocation.ts';
import type { CallFault } from '../../../../proving/sim/faults/spec.ts';
import { SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

const LATENCY_MS = 10;

/** A function of three calls, one after another, and what it did. */
async function runThree(
  options: {
    mishapAt?: MishapAt;
    timeoutMs?: number;
    compares?: boolean;
    faults?: (CallFault | null)[];
    tries?: number;
  } = {},
) {
  const clock = new SimClock();
  const faults = [...(options.faults ?? [])];
  const invocation = new SimInvocation({
    clock,
    id: 'i-1',
    function: 'f',
    functionArn: 'arn',
    trigger: 'test',
    timeoutMs: options.timeoutMs ?? 25_000,
    ...(options.mishapAt === undefined ? {} : { mishapAt: options.mishapAt }),
  });
  const effects: [name: string, at: number][] = [];
  const answers: unknown[] = [];
  const call = (name: string): ExternalCall<string> => ({
    name,
    bounds: { requestMs: 1000, tries: options.tries ?? 1 },
    compares: options.compares ?? true,
    strike: () => faults.shift() ?? null,
    latencyMs: () => LATENCY_MS,
    effect: () => {
      effects.push([name, clock.now() - START_MS]);
      return name;
    },
    failed: (fault) => {
      throw new Error(fault);
    },
  });
  const ended = invocation.run(async () => {
    for (const name of ['a', 'b', 'c']) answers.push(await invocation.call(call(name)));
  });
  await clock.runUntil(START_MS + 200_000);
  return { invocation, effects, answers, end: await ended, endedAt: invocation.endedAt! - START_MS };
}

const kill =
  (number: number, when: 'before' | 'after'): MishapAt =>
  (n) =>
    n === number ? { kind: 'kill', when, took: () => undefined } : null;
const hold =
  (number: number, ms: number, where: 'function' | 'request', took = (): void => undefined): MishapAt =>
  (n): Mishap | null =>
    n === number ? { kind: 'hold', ms, where, took } : null;

describe('an invocation', () => {
  it('makes its calls, counts them, and returns', async () => {
    const { invocation, effects, answers, end } = await runThree();
    expect([end, invocation.calls, answers]).toEqual(['returned', 3, ['a', 'b', 'c']]);
    expect(effects).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 30],
    ]);
  });

  it.each([1, 2, 3])(
    'F-18: killed before call %d: neither that call nor any later one happens',
    async (n) => {
      const { effects, answers, end } = await runThree({ mishapAt: kill(n, 'before') });
      expect([end, effects.length, answers.length]).toEqual(['killed', n - 1, n - 1]);
    },
  );

  it.each([1, 2, 3])('F-18: killed after call %d: it took effect, and nobody heard of it', async (n) => {
    const { effects, answers, end } = await runThree({ mishapAt: kill(n, 'after') });
    expect([end, effects.length, answers.length]).toEqual(['killed', n, n - 1]);
  });

  it('ends at its hard time-out, between any two calls', async () => {
    const { effects, end, endedAt } = await runThree({ timeoutMs: 25 });
    expect([end, endedAt, effects.map(([name]) => name)]).toEqual(['timed-out', 25, ['a', 'b', 'c']]);
    const sooner = await runThree({ timeoutMs: 15 });
    expect(sooner.answers).toEqual(['a']);
  });

  it('F-19: held before a call, it goes on late and the call really happens', async () => {
    let took = 0;
    const { effects, end } = await runThree({ mishapAt: hold(2, 20_000, 'function', () => (took += 1)) });
    expect([end, took]).toEqual(['returned', 1]);
    expect(effects.map(([, at]) => at)).toEqual([10, 20_020, 20_030]);
  });

  it('F-19: its hard time-out goes on while it stands still: the call never happens', async () => {
    const { effects, end, endedAt } = await runThree({ mishapAt: hold(2, 30_000, 'function') });
    expect([end, endedAt, effects.length]).toEqual(['timed-out', 25_000, 1]);
  });

  it('F-19: a request that is under way arrives minutes after its function has ended', async () => {
    const { effects, end } = await runThree({ mishapAt: hold(2, 120_000, 'request') });
    expect([end, effects]).toEqual([
      'timed-out',
      [
        ['a', 10],
        ['b', 120_020],
      ],
    ]);
  });

  it('I-07: never later than its time-out where the resource cannot compare', async () => {
    const { effects } = await runThree({ mishapAt: hold(2, 120_000, 'request'), compares: false });
    expect(effects[1]).toEqual(['b', 1020]);
  });

  it('F-16: tries again where it may, also after an answer that was lost', async () => {
    const { effects, answers, end } = await runThree({
      tries: 2,
      faults: ['throttled', null, 'answer-lost'],
    });
    expect([end, answers]).toEqual(['returned', ['a', 'b', 'c']]);
    expect(effects.map(([name]) => name)).toEqual(['a', 'b', 'b', 'c']);
  });

  it.each(['throttled', 'failed', 'lost'] as const)(
    'F-16: %s does nothing, and fails after the last try',
    async (fault) => {
      const { effects, end } = await runThree({ tries: 2, faults: [fault, fault] });
      expect([end, effects]).toEqual(['failed', []]);
    },
  );

  it('fails where its handler throws, at once or later', async () => {
    const ended = (handler: () => Promise<unknown>) => {
      const clock = new SimClock();
      const options = { clock, id: 'i', function: 'f', functionArn: 'arn', trigger: 'test', timeoutMs: 1000 };
      return new SimInvocation(options).run(handler);
    };
    const atOnce = (): Promise<unknown> => {
      throw new Error('x');
    };
    expect(await ended(atOnce)).toBe('failed');
    expect(await ended(() => Promise.reject(new Error('x')))).toBe('failed');
  });

  it('a process that stands still hears nothing until it wakes, and sleeps no shorter', async () => {
    const clock = new SimClock();
    const invocation = new SimInvocation({
      clock,
      id: 'i',
      function: 'f',
      functionArn: 'arn',
      trigger: 'test',
      timeoutMs: 25_000,
      mishapAt: hold(1, 5000, 'function'),
    });
    const heard: [string, number][] = [];
    const note = (what: string) => () => heard.push([what, clock.now() - START_MS]);
    const ended = invocation.run(async () => {
      const own = invocation.clock();
      await Promise.all([
        own.sleep(100).then(note('slept')),
        invocation
          .call({
            name: 'a',
            bounds: { requestMs: 1000, tries: 1 },
            compares: true,
            strike: () => null,
            latencyMs: () => LATENCY_MS,
            effect: () => 'a',
            failed: () => 'x',
          })
          .then(note('answered')),
      ]);
    });
    await clock.runUntil(START_MS + 60_000);
    expect(await ended).toBe('returned');
    expect(heard).toEqual([
      ['slept', 5000],
      ['answered', 5010],
    ]);
  });
});
