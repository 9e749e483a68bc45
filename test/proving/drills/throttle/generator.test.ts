import { decodeJwt } from 'jose';
import { afterEach, expect, it } from 'vitest';
import { classOf, ThrottleGenerator } from '../../../../proving/drills/throttle/load/generator.ts';
import { startThrottleLoad } from '../../../../proving/drills/throttle/load/index.ts';
import type { Stream, ThrottleSample } from '../../../../proving/drills/throttle/model.ts';
import { countBy } from '../../../../proving/drills/measure/statistics.ts';
import { Answering, quote, SHED, type Asked, type Reply } from './answering.ts';

const TOKEN_KEY = Buffer.alloc(32, 7).toString('base64url');
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let server: Answering;
afterEach(() => server.close());

interface Ran {
  readonly samples: readonly ThrottleSample[];
  readonly generator: ThrottleGenerator;
}

function stream(name: string, rest: Partial<Stream>): Stream {
  return { name, perS: 50, callers: [name], users: 1, criticality: null, ...rest };
}

/** Sends the phases one after the other, each for so long. */
async function run(
  phases: readonly { readonly name: string; readonly ms: number; readonly streams: readonly Stream[] }[],
  replyTo: (asked: Asked, index: number) => Reply = quote,
): Promise<Ran> {
  server = await new Answering(replyTo).listen();
  const samples: ThrottleSample[] = [];
  const options = { urls: [server.url], tokenKey: TOKEN_KEY, products: 100 };
  const generator = new ThrottleGenerator(options, (sample) => samples.push(sample));
  await generator.prepare(phases.flatMap(({ streams }) => streams));
  for (const phase of phases) {
    generator.begin(phase);
    await sleep(phase.ms);
  }
  await generator.stop();
  return { samples, generator };
}

it('sends each stream at its rate, each caller of it evenly, each user in turn', async () => {
  const callers = ['a', 'b', 'c', 'd'];
  const { samples } = await run([
    { name: 'calm', ms: 1000, streams: [stream('good', { perS: 40, callers, users: 2 }), stream('app', {})] },
  ]);
  const good = samples.filter((s) => s.stream === 'good').toSorted((a, b) => a.scheduledAt - b.scheduledAt);
  expect(good.length).toBeGreaterThanOrEqual(38);
  expect(good.length).toBeLessThanOrEqual(44);
  for (const caller of callers) {
    const times = good.filter((s) => s.caller === caller).map((s) => s.scheduledAt);
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    for (const gap of gaps) expect(gap).toBeCloseTo(100, 1);
  }
  expect(new Set(good.map((s) => s.user)).size).toBe(8);
  const tokens = server.asked.map(({ token }) => decodeJwt(token));
  expect(new Set(tokens.map((claims) => claims['client_id']))).toEqual(new Set([...callers, 'app']));
});

it('tells a phase from the next, and goes on evenly with a stream of the same rate', async () => {
  const good = stream('good', { perS: 20 });
  const { samples } = await run([
    { name: 'calm', ms: 330, streams: [good] },
    { name: 'flood', ms: 330, streams: [good, stream('flood', { perS: 200 })] },
    { name: 'after', ms: 330, streams: [good] },
  ]);
  const times = samples
    .filter((s) => s.stream === 'good')
    .map((s) => s.scheduledAt)
    .toSorted((a, b) => a - b);
  for (const [i, at] of times.slice(1).entries()) expect(at - times[i]!).toBeCloseTo(50, 1);
  const flood = samples.filter((s) => s.stream === 'flood');
  expect(flood.length).toBeGreaterThan(50);
  expect(new Set(flood.map((s) => s.phase))).toEqual(new Set(['flood']));
  expect(new Set(samples.map((s) => s.phase))).toEqual(new Set(['calm', 'flood', 'after']));
});

it('sends what is due before it begins the next phase, however late it is', async () => {
  server = await new Answering(quote).listen();
  const samples: ThrottleSample[] = [];
  const options = { urls: [server.url], tokenKey: TOKEN_KEY, products: 100 };
  const generator = new ThrottleGenerator(options, (sample) => samples.push(sample));
  const streams = [stream('app', { perS: 100 })];
  await generator.prepare(streams);
  generator.begin({ name: 'surge', streams });
  const busyUntil = performance.now() + 300;
  while (performance.now() < busyUntil);
  generator.begin({ name: 'back', streams: [] });
  await generator.stop();
  expect(samples.length).toBeGreaterThanOrEqual(29);
  expect(new Set(samples.map((s) => s.phase))).toEqual(new Set(['surge']));
});

it('names the class of each user in its token, one of the four', async () => {
  const { samples } = await run([
    { name: 'calm', ms: 300, streams: [stream('app', { users: 8, criticality: 'by-user' })] },
  ]);
  const classes = new Map(samples.map((s) => [s.user, s.criticality]));
  expect(classes.size).toBe(8);
  expect(countBy([...classes.values()].map(String))).toEqual({
    'critical-plus': 2,
    critical: 2,
    'sheddable-plus': 2,
    sheddable: 2,
  });
  for (const { token } of server.asked) {
    const claims = decodeJwt(token);
    expect(claims['criticality']).toBe(classes.get(claims.sub!));
  }
});

it('is open loop: it sends on schedule while nothing is answered', async () => {
  const { samples } = await run(
    [{ name: 'calm', ms: 500, streams: [stream('app', { perS: 100 })] }],
    (asked) => ({
      ...quote(asked),
      afterMs: 700,
    }),
  );
  expect(samples.length).toBeGreaterThan(40);
  expect(Math.min(...samples.map((s) => s.completedAt - s.scheduledAt))).toBeGreaterThan(690);
});

it('tells what was served, refused, wrong and failed apart', async () => {
  const replies: readonly ((asked: Asked) => Reply)[] = [
    quote,
    () => SHED,
    () => ({ status: 200, body: { productId: -1 } }),
    () => ({ status: 401, body: { code: 'invalid-token' } }),
  ];
  const { samples } = await run([{ name: 'calm', ms: 500, streams: [stream('app', {})] }], (asked, index) =>
    replies[index % replies.length]!(asked),
  );
  const kinds = samples.map(({ ok, refused, wrong, status, code }) =>
    JSON.stringify({ ok, refused, wrong, status, code }),
  );
  expect(new Set(kinds)).toEqual(
    new Set(
      [
        { ok: true, refused: false, wrong: false, status: 200, code: null },
        { ok: false, refused: true, wrong: false, status: 503, code: 'shed' },
        { ok: true, refused: false, wrong: true, status: 200, code: null },
        { ok: false, refused: false, wrong: false, status: 401, code: 'invalid-token' },
      ].map((kind) => JSON.stringify(kind)),
    ),
  );
});

it('runs in a thread of its own, which ends', async () => {
  server = await new Answering(quote).listen();
  const load = startThrottleLoad({ urls: [server.url], tokenKey: TOKEN_KEY, products: 100 });
  const good = stream('good', {});
  await load.prepare([good]);
  const from = await load.begin({ name: 'calm', streams: [good] });
  await sleep(400);
  const { lagMsMax } = await load.stop();
  expect(load.samples.length).toBeGreaterThan(10);
  expect(Math.min(...load.samples.map((s) => s.scheduledAt))).toBeGreaterThanOrEqual(from);
  expect(lagMsMax).toBeGreaterThan(0);
  await expect(load.begin({ name: 'more', streams: [good] })).rejects.toThrow('the load has ended');
});

it('spreads the users of a class over addresses that take turns, whatever their number', () => {
  const users = Array.from({ length: 400 }, (_, user) => user);
  for (const addresses of [2, 3, 4]) {
    for (let address = 0; address < addresses; address += 1) {
      const classes = users.filter((user) => user % addresses === address).map(classOf);
      const counts = Object.values(countBy(classes));
      expect(counts).toHaveLength(4);
      expect(Math.min(...counts)).toBeGreaterThan((0.7 * 400) / addresses / 4);
    }
  }
  expect(Object.values(countBy(users.map(classOf)))).toEqual([100, 100, 100, 100]);
});
