import { afterEach, describe, expect, it } from 'vitest';
import { wasRetried } from '../../../runtime/retries/mark.ts';
import type { ServicePool } from '../../../runtime/service/pool.ts';
import type { ServiceAnswer, ServiceRequest } from '../../../runtime/service/request.ts';
import { HEDGING_DEFAULTS } from '../../../runtime/service/limits.ts';
import { type Behaviour, SimulatedService } from './simulated/service.ts';

const ALL = ['a', 'b', 'c'];
let service: SimulatedService;
let pool: ServicePool | undefined;

afterEach(async () => {
  const closing = pool?.close(0);
  await service.clock.advance(1);
  await closing;
  pool = undefined;
});

interface End {
  readonly answer?: ServiceAnswer;
  readonly code?: string;
  readonly advice?: string;
  readonly error?: unknown;
  readonly ms: number;
}

async function ask(request: Partial<ServiceRequest> = {}, waitMs = 10_000): Promise<End> {
  const startedAt = service.clock.now();
  const ends: End[] = [];
  const ms = (): number => service.clock.now() - startedAt;
  pool!.request({ method: 'GET', path: '/work?secret=1', ...request }).then(
    (answer) => void ends.push({ answer, ms: ms() }),
    (error: unknown) => {
      const { code, advice } = error as { code: string; advice: string };
      ends.push({ code, advice, error, ms: ms() });
    },
  );
  for (let waited = 0; ends.length === 0 && waited < waitMs; waited += 5) await service.clock.advance(5);
  return ends[0]!;
}

/** Those behave like this; the rest is well. */
async function setUp(behaviours: Readonly<Record<string, Behaviour>>, limits = {}): Promise<void> {
  service = new SimulatedService();
  for (const [id, behaviour] of Object.entries(behaviours)) service.behaviours.set(id, behaviour);
  pool = await service.ready({ limits });
}

const everyone = (behaviour: Behaviour): Record<string, Behaviour> =>
  Object.fromEntries(ALL.map((id) => [id, behaviour]));

describe('another attempt', () => {
  it('is made for a GET whose connection was lost, at another instance, and says so', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 5 }));
    expect(await ask()).toMatchObject({ code: 'service-lost', advice: 'retry' });
    const [first, second, ...more] = service.requests;
    expect(more).toEqual([]);
    expect(second!.instance).not.toBe(first!.instance);
    expect([first!.headers['x-understudy-retried'], second!.headers['x-understudy-retried']]).toEqual([
      undefined,
      '1',
    ]);
  });

  it('is not made for a POST that may have been sent: the caller is told to check', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 5 }));
    expect(await ask({ method: 'POST' })).toMatchObject({ code: 'service-lost', advice: 'check' });
    expect(service.requests).toHaveLength(1);
  });

  it('is made for a POST with an idempotency key, which is passed on', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 5 }));
    await ask({ method: 'POST', idempotencyKey: 'k-1' });
    expect(service.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['k-1', 'k-1']);
  });

  it('is made for a POST that was never sent', async () => {
    await setUp({ a: { kind: 'refuses' }, b: { kind: 'refuses' } });
    for (let n = 0; n < 6; n += 1) {
      const end = await ask({ method: 'POST' });
      // Two refuse and one retry is allowed: it may meet the other one that refuses, and is safe to send again.
      if (end.answer === undefined)
        expect(end).toMatchObject({ code: 'service-unreachable', advice: 'retry' });
    }
    expect(service.requests.length).toBeGreaterThan(0);
    expect(service.requests.every(({ instance }) => instance === 'c')).toBe(true);
  });

  it('I-23: is not made for a request that is a repetition already, and the mark goes on', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 5 }));
    await ask({ headers: { 'X-Understudy-Retried': '1' } });
    expect(service.requests.map(({ headers }) => headers['x-understudy-retried'])).toEqual(['1']);
  });

  it('I-23: an error that was tried again is marked, so that no layer above tries it once more', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 5 }));
    expect(wasRetried((await ask()).error)).toBe(true);
  });

  it('I-23: attempts are at most a tenth more than requests', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 1 }));
    for (let n = 0; n < 200; n += 1) await ask({}, 200);
    expect(service.requests.length).toBeLessThanOrEqual(221);
    expect(service.requests.length).toBeGreaterThan(205);
  });

  it.each([502, 503, 504])(
    'is made for a GET that was answered %i, and the last answer counts',
    async (status) => {
      await setUp(everyone({ kind: 'answers', ms: 5, status }));
      const { answer } = await ask();
      expect([answer!.status, answer!.attempts]).toEqual([status, 2]);
    },
  );

  it('is not made where the service says when to come again, nor for its own errors', async () => {
    await setUp(everyone({ kind: 'answers', ms: 5, status: 503, headers: { 'retry-after': '1' } }));
    expect((await ask()).answer!.attempts).toBe(1);
    for (const id of ALL) service.behaviours.set(id, { kind: 'answers', ms: 5, status: 500 });
    expect((await ask()).answer).toMatchObject({ status: 500, attempts: 1 });
  });

  it('is made even for a POST that an instance refused because it is leaving', async () => {
    const headers = { 'x-draining': '1' };
    await setUp({ a: { kind: 'answers', ms: 5, status: 503, headers } });
    const ends = [];
    for (let n = 0; n < 10; n += 1) ends.push(await ask({ method: 'POST' }));
    expect(ends.map(({ answer }) => answer!.status)).toEqual(Array(10).fill(200));
    expect(service.requests.filter(({ instance }) => instance === 'a')).toHaveLength(1);
  });

  it('is made when the first takes longer than an attempt may: it is given up, and its connection with it (I-26)', async () => {
    await setUp({ a: { kind: 'hangs' }, b: { kind: 'hangs' } });
    const { answer, ms } = await askUntilOneHangs();
    expect(answer!.instance).toBe('c');
    expect(ms).toBeLessThan(1100);
    expect(service.requests.find(({ instance }) => instance !== 'c')!.isAborted).toBe(true);
  });

  async function askUntilOneHangs(): Promise<End> {
    for (let n = 0; n < 50; n += 1) {
      const end = await ask();
      if (end.answer?.attempts === 2) return end;
    }
    throw new Error('no request met an instance that hangs');
  }

  it('is not made for a POST that takes long: it is waited for', async () => {
    await setUp(everyone({ kind: 'answers', ms: 2500 }));
    const { answer, ms } = await ask({ method: 'POST' });
    expect([answer!.status, answer!.attempts, ms]).toEqual([200, 1, 2500]);
  });
});

describe('time', () => {
  it('is refused before any work where it is over', async () => {
    await setUp({});
    const end = await ask({ headers: { 'x-understudy-deadline-ms': '0' } });
    expect(end).toMatchObject({ code: 'deadline-exceeded', advice: 'retry', ms: 0 });
    expect(service.requests).toEqual([]);
  });

  it('is passed on, less what was used', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 100 }));
    await ask({ headers: { 'X-Understudy-Deadline-Ms': '900' } });
    const left = service.requests.map(({ headers }) => Number(headers['x-understudy-deadline-ms']));
    expect(left[0]).toBe(900);
    expect(left[1]!).toBeLessThanOrEqual(800);
    expect(left[1]!).toBeGreaterThan(500);
  });

  it('ends a request that nobody answers, with what the caller may do', async () => {
    await setUp(everyone({ kind: 'hangs' }));
    expect(await ask({ deadlineMs: 400 })).toMatchObject({
      code: 'deadline-exceeded',
      ms: 400,
      advice: 'retry',
    });
    const post = await ask({ method: 'POST', deadlineMs: 400 });
    expect(post).toMatchObject({ code: 'deadline-exceeded', advice: 'check' });
    expect(service.requests.every(({ isAborted }) => isAborted)).toBe(true);
  });

  it('is the shorter of the two that are given; what cannot be read is none', async () => {
    await setUp({});
    const given = [
      [{ deadlineMs: 300 }, '900', '300'],
      [{ deadlineMs: 900 }, '300', '300'],
      [{}, 'soon', '5000'],
    ] as const;
    for (const [request, header, expected] of given) {
      await ask({ ...request, headers: { 'x-understudy-deadline-ms': header } });
      expect(service.requests.at(-1)!.headers['x-understudy-deadline-ms']).toBe(expected);
    }
  });

  it('is up when the caller leaves: the attempt ends with its reason', async () => {
    await setUp(everyone({ kind: 'hangs' }));
    const leave = new AbortController();
    service.clock.after(50, () => leave.abort(new Error('gone')));
    const { error, ms } = await ask({ signal: leave.signal });
    expect([String(error), ms]).toEqual(['Error: gone', 50]);
    expect(service.requests[0]!.isAborted).toBe(true);
  });
});

describe('headers', () => {
  it('go on but for those of the connection; traces stay as they are', async () => {
    await setUp({});
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await ask({
      headers: {
        traceparent,
        'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678',
        Connection: 'keep-alive, X-Hop',
        'X-Hop': 'mine',
        Host: 'edge',
        'Transfer-Encoding': 'chunked',
      },
    });
    const { headers } = service.requests[0]!;
    expect(headers).toEqual({
      traceparent,
      'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
      'x-understudy-deadline-ms': '5000',
    });
  });

  it('an error names method and path, and nothing of the query', async () => {
    await setUp(everyone({ kind: 'breaks', ms: 1 }));
    const message = String((await ask()).error);
    expect(message).toContain('GET /work');
    expect(message).not.toContain('secret');
  });
});

describe('a second attempt beside the first', () => {
  const hedging = { ...HEDGING_DEFAULTS, msMax: 100 };

  it('wins where the first is slow, and the loser is cancelled with its connection (I-26)', async () => {
    await setUp({ a: { kind: 'hangs' } }, { hedging });
    const ends: End[] = [];
    for (let n = 0; n < 30; n += 1) ends.push(await ask());
    const hedged = ends.filter(({ answer }) => answer!.attempts === 2);
    expect(hedged.length).toBeGreaterThan(0);
    expect(hedged[0]!.ms).toBeLessThan(150);
    expect(
      service.requests.filter(({ instance }) => instance === 'a').every(({ isAborted }) => isAborted),
    ).toBe(true);
    expect(pool!.describe().hedges!.extra).toBeGreaterThan(0);
  });

  it('is made for at most one of fifty requests, and never for a POST', async () => {
    await setUp(everyone({ kind: 'answers', ms: 150 }), { hedging });
    for (let n = 0; n < 150; n += 1) await ask();
    expect(pool!.describe().hedges!.extra).toBeLessThanOrEqual(1 + 150 * 0.02);
    const before = service.requests.length;
    for (let n = 0; n < 20; n += 1) await ask({ method: 'POST' });
    expect(service.requests.length).toBe(before + 20);
  });

  it('is off unless asked for', async () => {
    await setUp(everyone({ kind: 'answers', ms: 900 }));
    for (let n = 0; n < 10; n += 1) expect((await ask()).answer!.attempts).toBe(1);
    expect(pool!.describe().hedges).toBeNull();
  });
});
