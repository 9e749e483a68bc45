import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnderstudyError } from '../../../core/errors.ts';
import { refusal } from '../../../core/shedding/index.ts';
import { Retries, type RunOptions } from '../../../runtime/retries/retries.ts';
import { Refused } from '../../../runtime/throttle/errors.ts';
import { outcomeOf, type Outcome } from '../simulated/stage.ts';
import { seeded, VirtualClock } from '../simulated/virtual-clock.ts';

interface Rig {
  readonly clock: VirtualClock;
  readonly retries: Retries;
  /** When each attempt began. */
  readonly at: number[];
  /** Fails with each of these in turn, then succeeds. */
  run(failures: readonly unknown[], options?: Partial<RunOptions<string>>): Promise<Outcome>;
}

function rig(random: () => number = () => 0.5): Rig {
  const clock = new VirtualClock();
  const retries = new Retries({ clock, random });
  const at: number[] = [];
  return {
    clock,
    retries,
    at,
    async run(failures, options) {
      const left = [...failures];
      const outcome = outcomeOf(
        clock,
        retries.run(
          async () => {
            at.push(clock.now());
            await clock.sleep(1);
            if (left.length > 0) throw left.shift();
            return 'done';
          },
          { idempotent: true, ...options },
        ),
      );
      await clock.advance(60_000);
      return outcome;
    },
  };
}

/** A budget that has room for anything. */
async function warmUp({ retries, clock }: Rig): Promise<void> {
  for (let n = 0; n < 100; n += 1) await retries.run(async () => {}, { idempotent: true });
  expect(clock.pending).toBe(0);
}

const reset = (): Error => Object.assign(new Error('gone'), { code: 'ECONNRESET' });
const refused = (): Error => Object.assign(new Error('nobody there'), { code: 'ECONNREFUSED' });

describe('a call with retries', () => {
  it('is made again after a random wait that grows, at most twice', async () => {
    const r = rig();
    await warmUp(r);
    const outcome = await r.run([reset(), reset()]);
    expect(outcome.value).toBe('done');
    // Half of 50 and half of 100 ms, behind attempts of 1 ms.
    expect(r.at).toEqual([0, 26, 77]);
    await warmUp(r);
    const failed = await r.run([reset(), reset(), reset(), reset()]);
    expect(failed.error).toMatchObject({ code: 'ECONNRESET' });
    expect(r.at).toHaveLength(6);
    expect(r.clock.pending).toBe(0);
  });

  it('is not made again without a budget', async () => {
    const r = rig();
    await r.run([reset()]);
    await r.run([reset()]);
    await r.run([reset()]);
    expect(r.at).toHaveLength(4);
    expect(r.retries.describe()).toEqual({ requests: 3, extra: 1, refused: 2 });
  });

  it('that may have had its effect is made again only where it is idempotent', async () => {
    const r = rig();
    await warmUp(r);
    expect((await r.run([reset()], { idempotent: false })).ok).toBe(false);
    expect((await r.run([refused()], { idempotent: false })).ok).toBe(true);
  });

  it.each([
    ['a bug', new TypeError('x is undefined')],
    ['what is not even an error', 'no'],
    ['what nobody can help', new UnderstudyError('no', { code: 'x', advice: 'give-up' })],
    ['too much work that says no time', new UnderstudyError('no', { code: 'overloaded', advice: 'retry' })],
    ['an abort', Object.assign(new Error('stop'), { name: 'AbortError' })],
    ['what the SDK has tried twice', Object.assign(reset(), { $metadata: { attempts: 2 }, $retryable: {} })],
    ['a throttled SDK call', Object.assign(reset(), { $metadata: {}, $retryable: { throttling: true } })],
  ])('is not made again after %s', async (_what, error) => {
    const r = rig();
    await warmUp(r);
    expect((await r.run([error])).error).toBe(error);
    expect(r.at).toHaveLength(1);
  });

  it('asks its own judge first', async () => {
    const clock = new VirtualClock();
    const judge = (error: unknown) => (error === 'mine' ? ({ again: 'safe', afterMs: null } as const) : null);
    const retries = new Retries({ clock, random: () => 0, judge });
    let calls = 0;
    const work = (): Promise<string> => {
      calls += 1;
      return calls === 1 ? Promise.reject('mine') : Promise.resolve('done');
    };
    const done = retries.run(work, { idempotent: false });
    await clock.advance(10);
    expect(await done).toBe('done');
  });
});

describe('a server that pushes back', () => {
  const pushBack = (ms: number): Refused => new Refused(refusal('caller-limit', ms));

  it('is asked again when it said, and not before', async () => {
    const r = rig();
    await warmUp(r);
    expect((await r.run([pushBack(2000)], { idempotent: false })).ok).toBe(true);
    expect(r.at[1]).toBeGreaterThanOrEqual(2001);
    expect(r.at[1]).toBeLessThan(2100);
  });

  it('is not asked again where that is past the deadline, and nobody waits for it', async () => {
    const r = rig();
    await warmUp(r);
    const outcome = await r.run([pushBack(5000)]);
    expect(outcome).toMatchObject({ ok: false, ms: 1 });
    expect(r.at).toHaveLength(1);
  });

  it('because nobody waits for the answer any more is not asked again', async () => {
    const r = rig();
    await warmUp(r);
    await r.run([new Refused(refusal('deadline-passed', 1000))]);
    expect(r.at).toHaveLength(1);
  });
});

describe('one layer', () => {
  it('I-23: retries what failed; the layers above it do not', async () => {
    const r = rig();
    await warmUp(r);
    const above = new Retries({ clock: r.clock, random: () => 0.5 });
    const wrapped = async (): Promise<unknown> => {
      const outcome = await r.run([reset(), reset(), reset(), reset()]);
      throw new Error('the service is away', { cause: outcome.error });
    };
    for (let n = 0; n < 50; n += 1) await above.run(async () => {}, { idempotent: true });
    const call = above.run(wrapped, { idempotent: true, deadlineMs: 100_000 });
    await expect(call).rejects.toThrow('the service is away');
    expect(r.at).toHaveLength(3);
    expect(above.describe().extra).toBe(0);
  });

  it('leaves what cannot be marked as it is', async () => {
    const r = rig();
    const frozen = Object.freeze(reset());
    expect((await r.run([frozen, frozen, frozen])).error).toBe(frozen);
  });
});

describe('the deadline', () => {
  it.each([
    [true, 'retry'],
    [false, 'check'],
  ])('ends a call that hangs; idempotent %s: advice %s', async (idempotent, advice) => {
    const clock = new VirtualClock();
    const retries = new Retries({ clock, random: () => 0 });
    let signal: AbortSignal | null = null;
    const call = outcomeOf(
      clock,
      retries.run(
        (attempt) => {
          ({ signal } = attempt);
          return new Promise<never>(() => {});
        },
        { idempotent, deadlineMs: 300 },
      ),
    );
    await clock.advance(300);
    expect(await call).toMatchObject({ ms: 300, error: { code: 'deadline-exceeded', advice } });
    expect(signal!.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is not passed by a wait', async () => {
    const r = rig(() => 0.999);
    await warmUp(r);
    const outcome = await r.run([reset(), reset()], { deadlineMs: 100 });
    expect(outcome.error).toMatchObject({ code: 'ECONNRESET' });
    expect(r.at).toHaveLength(2);
    expect(outcome.ms).toBeLessThan(100);
  });

  it('may be earlier: a caller that gives up while it waits is told at once', async () => {
    const r = rig();
    await warmUp(r);
    const gone = new AbortController();
    r.clock.after(10, () => gone.abort(new Error('the user left')));
    const outcome = await r.run([reset()], { signal: gone.signal });
    expect(outcome).toMatchObject({ ms: 10, error: { message: 'the user left' } });
    expect(r.at).toHaveLength(1);
    expect(r.clock.pending).toBe(0);
  });
});

describe('I-23: over random failures', () => {
  const KINDS = ['none', 'reset', 'refused', 'push-back', 'bug'] as const;
  const failing = (kind: (typeof KINDS)[number]): unknown =>
    ({
      none: null,
      reset: reset(),
      refused: refused(),
      'push-back': new Refused(refusal('shed', 1000)),
      bug: new TypeError('bug'),
    })[kind];
  const step = fc.record({
    kind: fc.constantFrom(...KINDS),
    idempotent: fc.boolean(),
    afterMs: fc.nat(100),
  });

  it('attempts are at most 3 a request and 1.1 times the requests, but for the first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 120 }), fc.nat(), async (steps, seed) => {
        const clock = new VirtualClock();
        const retries = new Retries({ clock, random: seeded(seed) });
        const made = steps.map(() => 0);
        const calls: Promise<unknown>[] = [];
        let attempts = 0;
        for (const [n, { kind, idempotent, afterMs }] of steps.entries()) {
          const work = async (): Promise<void> => {
            made[n]! += 1;
            attempts += 1;
            const error = failing(kind);
            if (error !== null) throw error;
          };
          calls.push(retries.run(work, { idempotent }).catch(() => {}));
          await clock.advance(afterMs);
        }
        await clock.advance(60_000);
        await Promise.all(calls);
        expect(Math.max(0, ...made)).toBeLessThanOrEqual(3);
        expect(attempts - steps.length).toBeLessThanOrEqual(1 + 0.1 * steps.length);
        expect(retries.describe()).toMatchObject({ requests: steps.length, extra: attempts - steps.length });
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
