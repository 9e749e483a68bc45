/** The faults of the throttle's surroundings: what they break, and that they say so only when it is broken. */

import { afterEach, describe, expect, it } from 'vitest';
import { stateOf } from '../../../../proving/drills/faults/index.ts';
import type { ThrottleFaultKind } from '../../../../proving/drills/model.ts';
import type { DrillPlace, DrillTask, ServiceAnswer } from '../../../../proving/drills/ports.ts';
import { breakStore } from '../../../../proving/drills/throttle/faults/break-store.ts';
import { isVictim, killHalf } from '../../../../proving/drills/throttle/faults/kill-half.ts';
import { stopAll } from '../../../../proving/drills/throttle/faults/stop-all.ts';
import type { ThrottleStage } from '../../../../proving/drills/throttle/types.ts';
import { MemoryPlace } from './memory-place.ts';

const memory = new MemoryPlace();
afterEach(() => memory.close());

const SETTING = { pace: 'fast', without: null, deny: null, control: false } as const;

function stageOf(place: DrillPlace, tasks: readonly DrillTask[]): ThrottleStage {
  return {
    place,
    tasks,
    setting: { ...SETTING, fault: 'kill' },
    load: {} as never,
    signal: new AbortController().signal,
  };
}

async function started(count: number): Promise<readonly DrillTask[]> {
  const names = Array.from({ length: count }, (_, i) => `app-${i + 1}`);
  return Promise.all(names.map((name) => memory.place.startTask(name, 'control', {})));
}

const answers = (task: DrillTask): Promise<boolean> =>
  fetch(`${task.url}/health`, { signal: AbortSignal.timeout(500) }).then(
    ({ ok }) => ok,
    () => false,
  );

describe('half of the instances killed', () => {
  it('are every second one: the others live, and the fault says that it was real', async () => {
    const tasks = await started(4);
    const fault = killHalf(stageOf(memory.place, tasks));
    expect(await fault.verify()).toBe(true);
    expect(await Promise.all(tasks.map(answers))).toEqual([true, false, true, false]);
    expect([0, 1, 2, 3].map(isVictim)).toEqual([false, true, false, true]);
    await fault.release();
  });

  it('is no fault where there is nobody to kill', async () => {
    const fault = killHalf(stageOf(memory.place, await started(1)));
    expect(await fault.verify()).toBe(false);
  });
});

describe('every instance stopped', () => {
  it('takes requests and answers none until it goes on', async () => {
    const tasks = await started(2);
    const fault = stopAll(stageOf(memory.place, tasks));
    expect(await fault.verify()).toBe(true);
    expect(tasks.map(({ pid }) => stateOf(pid))).toEqual(['T', 'T']);
    const waiting = fetch(`${tasks[0]!.url}/health`);
    expect(await answers(tasks[1]!)).toBe(false);
    await fault.release();
    expect((await waiting).status).toBe(200);
    expect(await Promise.all(tasks.map(answers))).toEqual([true, true]);
  });
});

describe('the store of the leases broken', () => {
  const TASKS = ['app-1', 'app-2'].map((name) => ({ name }) as DrillTask);

  interface Store {
    readonly fault: ThrottleFaultKind;
    readonly control?: boolean;
    readonly answer: ServiceAnswer;
    /** What the fault has met, look by look; the last one again and again. */
    readonly met: readonly Readonly<Record<string, number>>[];
  }

  async function broken({ fault, control = false, answer, met }: Store) {
    const set: unknown[] = [];
    const looks = [...met];
    const place = {
      say: () => undefined,
      setServiceFault: async (value: unknown) => void set.push(value),
      metServiceFault: async () => (looks.length > 1 ? looks.shift()! : looks[0]!),
      askLeaseStore: async () => answer,
    } as unknown as DrillPlace;
    const stage = { ...stageOf(place, TASKS), setting: { ...SETTING, control, fault } };
    const standing = await breakStore(stage);
    return { set, standing };
  }

  it('hangs or dies for everybody, once every instance has called in vain', async () => {
    const met: Record<string, number>[] = [{}, { 'app-1': 1 }, { 'app-1': 1, 'app-2': 2 }];
    for (const [fault, answer] of [
      ['hang', 'silence'],
      ['kill', 'reset'],
    ] as const) {
      const { set, standing } = await broken({ fault, answer, met });
      expect(await standing.verify()).toBe(true);
      await standing.release();
      expect(set).toEqual([{ service: 'dynamodb', kind: fault }, null]);
    }
  });

  it('is cut off from the last instance alone', async () => {
    const { set, standing } = await broken({
      fault: 'partition',
      answer: 'answer',
      met: [{ 'app-2': 1 }],
    });
    expect(await standing.verify()).toBe(true);
    expect(set).toEqual([{ service: 'dynamodb', kind: 'partition', tasks: ['app-2'] }]);
  });

  it('is not verified while somebody is answered, or the wrong one is not', async () => {
    const both = { 'app-1': 1, 'app-2': 1 };
    const hang = await broken({ fault: 'hang', answer: 'answer', met: [both] });
    expect(await hang.standing.verify()).toBe(false);
    const all = await broken({ fault: 'partition', answer: 'answer', met: [both] });
    expect(await all.standing.verify()).toBe(false);
    const everybody = await broken({ fault: 'partition', answer: 'silence', met: [{ 'app-2': 1 }] });
    expect(await everybody.standing.verify()).toBe(false);
  });

  it('asks of the control, which has no leases, only that a call of our own is not answered', async () => {
    const dead = await broken({ fault: 'kill', control: true, answer: 'reset', met: [{}] });
    expect(await dead.standing.verify()).toBe(true);
    const alive = await broken({ fault: 'kill', control: true, answer: 'answer', met: [{}] });
    expect(await alive.standing.verify()).toBe(false);
  });

  it('is no fault of another kind', async () => {
    await expect(broken({ fault: 'surge', answer: 'answer', met: [{}] })).rejects.toThrow(
      'surge is no fault of a service',
    );
  });
});
