import { describe, expect, it } from 'vitest';
import {
  AdmissionLevel,
  CRITICALITIES,
  rankOf,
  RANKS,
  type Criticality,
} from '../../../core/shedding/index.ts';

interface Request {
  readonly user: string;
  readonly criticality: Criticality;
  readonly aboveShare: boolean;
}

/** 400 users a second, a quarter in each class; the service bears `capacity` of them. */
function second(level: AdmissionLevel, at: number, capacity: number): readonly Request[] {
  const admitted: Request[] = [];
  for (let n = 0; n < 400; n += 1) {
    const criticality = CRITICALITIES[n % 4]!;
    const request = { user: `user-${n}`, criticality, aboveShare: n % 8 >= 4 };
    if (level.admit(rankOf(request), at + n * 2)) admitted.push(request);
  }
  for (const _ of admitted) level.began(admitted.length > capacity ? 100 : 1);
  return admitted;
}

function run(level: AdmissionLevel, from: number, seconds: number, capacity: number): readonly Request[] {
  let last: readonly Request[] = [];
  for (let s = 0; s < seconds; s += 1) last = second(level, from + s * 1000, capacity);
  return last;
}

const share = (requests: readonly Request[], criticality: Criticality): number =>
  requests.filter((request) => request.criticality === criticality).length / 100;

describe('under overload', () => {
  it('the lowest class goes first, and the highest is not touched while others can be', () => {
    const level = new AdmissionLevel();
    const admitted = run(level, 0, 60, 250);
    expect(admitted.length).toBeGreaterThan(220);
    expect(admitted.length).toBeLessThan(275);
    expect(share(admitted, 'critical-plus')).toBe(1);
    expect(share(admitted, 'critical')).toBe(1);
    expect(share(admitted, 'sheddable-plus')).toBeLessThan(0.8);
    expect(share(admitted, 'sheddable')).toBe(0);
  });

  it('within a class the callers above their share go before the others', () => {
    const admitted = run(new AdmissionLevel(), 0, 60, 250).filter((r) => r.criticality === 'sheddable-plus');
    expect(admitted.length).toBeGreaterThan(10);
    expect(admitted.filter((r) => r.aboveShare)).toEqual([]);
  });

  it('the same users stay whole from second to second', () => {
    const level = new AdmissionLevel();
    run(level, 0, 60, 150);
    const users = (requests: readonly Request[]): Set<string> => new Set(requests.map((r) => r.user));
    const first = users(second(level, 60_000, 150));
    const next = users(second(level, 61_000, 150));
    const both = [...first].filter((user) => next.has(user)).length;
    expect(both / Math.max(first.size, next.size)).toBeGreaterThan(0.9);
  });

  it('never sheds everybody', () => {
    const level = new AdmissionLevel();
    expect(run(level, 0, 200, 0).length).toBeGreaterThan(0);
  });
});

describe('when the overload is over', () => {
  it('more is admitted step by step, until nothing is shed', () => {
    const level = new AdmissionLevel();
    const during = run(level, 0, 60, 100).length;
    const soon = run(level, 60_000, 10, 1000).length;
    const late = run(level, 70_000, 120, 1000).length;
    expect(soon).toBeGreaterThan(during);
    expect(soon).toBeLessThan(200);
    expect(late).toBe(400);
    expect(level.describe()).toMatchObject({ level: RANKS, overloaded: false });
  });

  it('a pause ends the shedding at once: there is nothing to shed', () => {
    const level = new AdmissionLevel();
    run(level, 0, 60, 100);
    expect(level.describe().level).toBeLessThan(RANKS);
    expect(second(level, 62_500, 1000)).toHaveLength(400);
  });

  it('a service that bears its load sheds nothing at all', () => {
    expect(run(new AdmissionLevel(), 0, 30, 400)).toHaveLength(400);
  });
});

it('refuses options that make no sense, each with its field', () => {
  expect(() => new AdmissionLevel({ windowMs: 0, decrease: 1 })).toThrow(
    /windowMs = 0: .*\n.*decrease = 1: must be above 0/,
  );
  expect(() => new AdmissionLevel({ windowRequests: 0, queueMsMax: 0, increase: 0 })).toThrow(/increase = 0/);
});
