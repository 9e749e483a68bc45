import { describe, expect, it } from 'vitest';
import {
  canDecide,
  canPromote,
  giveBack,
  takeAway,
  type Conditions,
} from '../../../proving/drills/conditions.ts';
import type { DrillPlace } from '../../../proving/drills/ports.ts';

const ALL: Conditions = { without: null, deny: null, control: false };

/** A place that writes down every switch, and whose switches can be made to fail. */
function recording(failing: string | null = null): { place: DrillPlace; calls: string[]; said: string[] } {
  const calls: string[] = [];
  const said: string[] = [];
  const record =
    (name: string) =>
    async (value: unknown): Promise<void> => {
      calls.push(`${name} ${JSON.stringify(value)}`);
      if (name === failing) throw new Error(`${name} fails`);
    };
  const place = {
    setFunctions: record('functions'),
    setStreams: record('streams'),
    setAlarms: record('alarms'),
    setDenied: record('denied'),
    say: (line: string) => void said.push(line),
  } as unknown as DrillPlace;
  return { place, calls, said };
}

describe('what a drill takes away', () => {
  it.each([
    [{ ...ALL, without: 'functions' as const }, ['functions false'], ['functions true']],
    [{ ...ALL, without: 'stream' as const }, ['streams false'], ['streams true']],
    [{ ...ALL, without: 'alarms' as const }, ['alarms false'], ['alarms true']],
    [{ ...ALL, control: true }, ['functions false'], ['functions true']],
    [
      { ...ALL, deny: { service: 'rds', kind: 'control' as const } },
      ['denied {"service":"rds","kind":"control"}'],
      ['denied null'],
    ],
    [ALL, [], []],
  ])('%j is taken away and given back', async (conditions, taken, given) => {
    const { place, calls } = recording();
    await takeAway(place, conditions);
    expect(calls).toEqual(taken);
    calls.length = 0;
    await giveBack(place, conditions);
    expect(calls).toEqual(given);
  });

  it('gives the rest back though one thing cannot be', async () => {
    const { place, calls, said } = recording('denied');
    await giveBack(place, { without: 'alarms', deny: { service: 'rds', kind: 'all' }, control: true });
    expect(calls).toEqual(['denied null', 'alarms true', 'functions true']);
    expect(said).toEqual(['not given back: denied fails']);
  });
});

describe('what is left to expect', () => {
  it('needs functions, the state table and RDS for a promotion', () => {
    expect(canPromote(ALL)).toBe(true);
    expect(canPromote({ ...ALL, without: 'stream' })).toBe(true);
    expect(canPromote({ ...ALL, deny: { service: 'ssm', kind: 'all' } })).toBe(true);
    expect(canPromote({ ...ALL, without: 'functions' })).toBe(false);
    expect(canPromote({ ...ALL, control: true })).toBe(false);
    expect(canPromote({ ...ALL, deny: { service: 'rds', kind: 'control' } })).toBe(false);
    expect(canPromote({ ...ALL, deny: { service: 'dynamodb', kind: 'all' } })).toBe(false);
    expect(canPromote({ ...ALL, deny: { service: 'dynamodb', kind: 'control' } })).toBe(true);
  });

  it('needs only functions and the state table for a decision', () => {
    expect(canDecide({ ...ALL, deny: { service: 'rds', kind: 'all' } })).toBe(true);
    expect(canDecide({ ...ALL, deny: { service: 'dynamodb', kind: 'all' } })).toBe(false);
  });
});
