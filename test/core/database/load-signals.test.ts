/** F-35: too many connections, locks and cancelled statements are load, never death: they promote nobody. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideFailover,
  judgeSweep,
  NO_MEMORY,
  reachOfState,
  writeOfState,
  type FailoverDecision,
  type ProberMemory,
} from '../../../core/database/index.ts';
import type { ObservationItem, OutcomeItem, Sample } from '../../../core/state/items.ts';
import { lost, NOW, outcome, sample, T, writerSample, ZONES } from './fixtures.ts';

const MEMBERS = ['a', 'b', 'c'];
const SWEEP_MS = 1000;
const MINUTES = 3;

type Answer = (at: number, zone: number) => Partial<Sample>;

/** The login is refused, or the heartbeat is: what the writer answers while it is overloaded. */
const refusedLogin = (sqlState: string): Partial<Sample> => ({
  reach: reachOfState(sqlState),
  sqlState,
  role: null,
  write: null,
});
const refusedBeat = (sqlState: string): Partial<Sample> => ({ write: writeOfState(sqlState), sqlState });
const stalled: Partial<Sample> = { write: 'timeout' };

/** Nobody can write: the clients of every application say so at every moment. */
function clientsFail(at: number): readonly OutcomeItem[] {
  return [outcome({ at: at - 500, writes: { ok: 0, errors: 400 }, members: { a: { ok: 0, errors: 400 } } })];
}

/** Three probers sweep; after each sweep the controller decides with everything that is known. */
function decisions(answer: Answer, sweeps: number): readonly FailoverDecision[] {
  const memories: ProberMemory[] = ZONES.map(() => NO_MEMORY);
  return Array.from({ length: sweeps }, (_, sweep) => {
    const at = NOW + sweep * SWEEP_MS;
    const observations = ZONES.map((az, zone): ObservationItem => {
      // Each has seen the writer at work first, so that it knows whom it judges.
      const given = sweep < 2 ? {} : answer(sweep - 2, zone);
      const samples = [writerSample('a', { at, ...given }), sample('b', { at }), sample('c', { at })];
      const judged = judgeSweep(memories[zone]!, { samples, reportedWriter: 'a', thresholds: T, now: at });
      memories[zone] = judged.memory;
      const { verdicts, blind, writer, changed } = judged;
      const kept = { verdicts, blind, changed, ...(writer === null ? {} : { writer }) };
      return { kind: 'observation', env: 'demo', az, at, token: 1, sequence: sweep, samples, ...kept };
    });
    return decideFailover({
      now: at + 200,
      clusterId: 'demo',
      thresholds: T,
      memberIds: MEMBERS,
      observations,
      outcomes: clientsFail(at),
      cluster: {
        clusterId: 'demo',
        status: 'available',
        at,
        members: MEMBERS.map((id, i) => ({
          id,
          isWriter: id === 'a',
          promotionTier: 1,
          az: ZONES[i]!,
          status: 'available',
        })),
      },
      ledger: [],
    });
  });
}

const promotes = (answer: Answer, sweeps = (MINUTES * 60_000) / SWEEP_MS): boolean =>
  decisions(answer, sweeps).some(({ state }) => state === 'failover');

describe('F-35: a writer under load', () => {
  it('is promoted away from when it stalls: the test can fail', () => {
    expect(promotes(() => stalled, 20)).toBe(true);
    expect(promotes(() => lost('a'), 20)).toBe(true);
  });

  it.each([
    ['53300 at the login', refusedLogin('53300')],
    ['55P03 at the heartbeat: a blocking lock', refusedBeat('55P03')],
    ['57014 at the heartbeat: cancelled', refusedBeat('57014')],
    ['57014 at the question', refusedLogin('57014')],
  ])('%s on all probers for minutes, with every client write failing: nobody is promoted', (_name, given) => {
    expect(promotes(() => given)).toBe(false);
  });

  it('any mixture of the three, different for each prober: nobody is promoted', () => {
    const load = fc.constantFrom(
      ...['53300', '55P03', '57014'].flatMap((s) => [refusedLogin(s), refusedBeat(s)]),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(load, load, load), { minLength: 40, maxLength: 40 }), (mix) => {
        expect(promotes((at, zone) => mix[at % mix.length]![zone]!, 42)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('a storm that begins with time-outs and then answers 53300: a sign of life begins the wait anew', () => {
    const storm: Answer = (at) => (at < 4 ? stalled : refusedLogin('53300'));
    expect(promotes(storm)).toBe(false);
    const silent: Answer = (at) => (at < 4 ? lost('a') : refusedBeat('55P03'));
    expect(promotes(silent)).toBe(false);
  });

  it('time-outs between answers of load: nobody is promoted while it answers within gray-hold-ms', () => {
    expect(promotes((at) => (at % 4 === 3 ? refusedBeat('55P03') : stalled))).toBe(false);
  });

  it('and that then stalls for good: is promoted away from after gray-hold-ms of silence', () => {
    const all = decisions((at) => (at < 60 ? refusedLogin('53300') : stalled), 80);
    const first = all.findIndex(({ state }) => state === 'failover');
    expect(first).toBeGreaterThanOrEqual(62 + T['gray-hold-ms'] / SWEEP_MS);
    expect(first).toBeLessThan(75);
  });
});
