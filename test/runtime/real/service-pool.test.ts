import { afterEach, describe, expect, it } from 'vitest';
import type { OpenServicePool } from '../../../runtime/adapters/open-service-pool.ts';
import { Fleet, load, type Sent } from '../service/real/fleet.ts';

const BEFORE_MS = 1500;
const AFTER_MS = 4000;
const EVERY_MS = 5;
/** When things are as before. */
const NORMAL_MS = 2000;

let fleet: Fleet | null = null;
let opened: OpenServicePool | null = null;

afterEach(async () => {
  await opened?.close(0);
  await fleet?.stop();
});

interface Outcome {
  readonly sent: readonly Sent[];
  readonly failedIdempotent: readonly Sent[];
  readonly failed: readonly Sent[];
  readonly fleet: Fleet;
  readonly opened: OpenServicePool;
}

/** Breaks something in the midst of a load. */
async function during(tasks: number, breakIt: (fleet: Fleet) => void | Promise<void>): Promise<Outcome> {
  fleet = await Fleet.start(tasks);
  opened = fleet.pool();
  await opened.pool.ready(2000);
  const running = load(opened, { ms: BEFORE_MS + AFTER_MS, everyMs: EVERY_MS });
  await new Promise((resolve) => {
    setTimeout(resolve, BEFORE_MS);
  });
  await breakIt(fleet);
  const sent = await running;
  const failed = sent.filter(({ error }) => error !== null);
  return { sent, failed, failedIdempotent: failed.filter(({ method }) => method === 'GET'), fleet, opened };
}

async function keysDoneTwice(one: Fleet): Promise<string[]> {
  return [...(await one.done())].filter(([, times]) => times > 1).map(([key]) => key);
}

/** Time from the fault to the start of the last request that failed or took over 200 ms. */
function badUntilMs(sent: readonly Sent[]): number {
  const bad = sent.filter(({ at, ms, error }) => at >= BEFORE_MS && (error !== null || ms > 200));
  return Math.max(0, ...bad.map(({ at }) => at - BEFORE_MS));
}

function statesOf({ pool }: OpenServicePool): Record<string, string> {
  return Object.fromEntries(pool.describe().versions[0]!.instances.map(({ id, state }) => [id, state]));
}

describe('the pool over real processes', () => {
  it('F-01: of three tasks one is killed: no request that may be repeated fails', async () => {
    const { failedIdempotent, sent, fleet, opened } = await during(3, ({ tasks }) => {
      tasks[0]!.process.kill('SIGKILL');
    });
    expect(failedIdempotent).toEqual([]);
    expect(badUntilMs(sent)).toBeLessThan(NORMAL_MS);
    expect(statesOf(opened)[fleet.tasks[0]!.instance.id]).not.toBe('fresh');
    expect(await keysDoneTwice(fleet)).toEqual([]);
  });

  it('F-01: of two tasks one is killed: no request that may be repeated fails', async () => {
    const { failedIdempotent, sent } = await during(2, ({ tasks }) => {
      tasks[0]!.process.kill('SIGKILL');
    });
    expect(failedIdempotent).toEqual([]);
    expect(badUntilMs(sent)).toBeLessThan(NORMAL_MS);
  });

  it('F-02: a task that hangs is left within 2 s, and no POST is sent twice', async () => {
    const { failedIdempotent, sent, fleet, opened } = await during(3, ({ tasks }) => {
      tasks[0]!.process.kill('SIGSTOP');
    });
    expect(failedIdempotent.length).toBeLessThanOrEqual(2);
    expect(badUntilMs(sent)).toBeLessThan(NORMAL_MS);
    const hung = fleet.tasks[0]!;
    expect(['ejected', 'probing']).toContain(statesOf(opened)[hung.instance.id]);
    hung.process.kill('SIGCONT');
    const posts = (await keysDoneTwice(fleet)).filter((key) => key.startsWith('POST'));
    expect(posts).toEqual([]);
  });

  it('F-03: a slow task gets less, and nothing fails', async () => {
    const { failed, sent, fleet } = await during(3, async ({ tasks }) => {
      const { host, port } = tasks[0]!.instance;
      await fetch(`http://${host}:${port}/slow?ms=500`);
    });
    expect(failed).toEqual([]);
    const late = sent.filter(({ at }) => at > BEFORE_MS + NORMAL_MS);
    const slow = late.filter(({ instance }) => instance === fleet.tasks[0]!.instance.id);
    expect(slow.length).toBeLessThan(late.length * 0.05);
  });

  it('a task that drains is left without one failure, POST or not', async () => {
    const { failed, fleet, opened } = await during(3, ({ tasks }) => {
      tasks[0]!.process.kill('SIGTERM');
    });
    expect(failed).toEqual([]);
    expect(statesOf(opened)[fleet.tasks[0]!.instance.id]).toBe('draining');
  });
});
