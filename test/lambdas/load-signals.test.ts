/** F-35 through the handlers: the real probers look at a writer under load, the real controller reads them. */

import { describe, expect, it } from 'vitest';
import { reachOfState, writeOfState } from '../../core/database/index.ts';
import type { MemberProbe } from '../../core/ports/index.ts';
import type { ObservationItem, Sample } from '../../core/state/items.ts';
import { createHandler as proberHandler } from '../../lambdas/health-check/handler.ts';
import { createHandler as failoverHandler } from '../../lambdas/write-failover/handler.ts';
import { outcome } from '../core/database/fixtures.ts';
import { VirtualClock } from './fakes/clock.ts';
import {
  controlOf,
  invocation,
  MemoryStore,
  observationEvent,
  RecordedMetrics,
  settingsOf,
  SILENT,
} from './fakes/process.ts';
import { ENV, World, ZONES } from './fakes/world.ts';

const FAILOVER = 'write-failover';
const MINUTES_MS = 3 * 60_000;
const WRITER = 'db-1';

type Given = Pick<Sample, 'reach' | 'sqlState' | 'role' | 'write'>;

const login = (sqlState: string): Given => ({
  reach: reachOfState(sqlState),
  sqlState,
  role: null,
  write: null,
});
const beat = (sqlState: string): Given => ({
  reach: 'ok',
  sqlState,
  role: 'writer',
  write: writeOfState(sqlState),
});
const STALLED: Given = { reach: 'ok', sqlState: null, role: 'writer', write: 'timeout' };

/** What the prober of one zone writes down in these minutes, with the writer answering like this after a while. */
async function observed(az: string, given: Given): Promise<readonly ObservationItem[]> {
  const clock = new VirtualClock();
  const world = new World(clock);
  const store = new MemoryStore(world);
  store.latestObservations = async () => store.written.slice(-1);
  const beganAt = clock.now();
  const probe: MemberProbe = {
    probe: async (member) => {
      const seen = world.observations([az])[0]!.samples.find((sample) => sample.memberId === member.id)!;
      const loaded = member.id === WRITER && clock.now() > beganAt + 5000;
      return { sample: { ...seen, at: clock.now(), ...(loaded ? given : {}) }, status: [] };
    },
    close: async () => undefined,
  };
  const members = world.members.map(({ id }) => ({ id, host: `${id}.example` }));
  const ports = { clock, store, probe, metrics: new RecordedMetrics(), log: SILENT };
  const run = proberHandler(ports, { env: ENV, az, members, runMsMax: MINUTES_MS });
  await run({}, { requestId: az, functionArn: '', remainingMs: () => 2 * MINUTES_MS });
  return store.written;
}

/** Wakes the controller every three seconds while the minutes pass; answers whom it promoted. */
async function promoted(given: Given): Promise<readonly string[]> {
  const seen = await Promise.all(ZONES.map((az) => observed(az, given)));
  const clock = new VirtualClock();
  const world = new World(clock);
  const store = new MemoryStore(world);
  store.latestObservations = async () =>
    seen.flatMap((items) => items.findLast(({ at }) => at <= clock.now()) ?? []);
  store.outcomes = async () => [outcome({ at: clock.now() - 300, writes: { ok: 0, errors: 500 } })];
  const ports = { clock, store, control: controlOf(world), metrics: new RecordedMetrics(), log: SILENT };
  const run = failoverHandler(ports, settingsOf(FAILOVER, world));
  const endsAt = clock.now() + MINUTES_MS - 5000;
  while (clock.now() < endsAt) {
    await run(observationEvent(), invocation(clock, FAILOVER));
    clock.advance(3000);
  }
  return world.failovers.map(({ target }) => target);
}

describe('F-35: a writer under load', () => {
  it('and one that stalls: the second is promoted away from, so the test can fail', async () => {
    expect(await promoted(STALLED)).not.toEqual([]);
  });

  it.each([
    ['53300 at every login', login('53300')],
    ['55P03 at every heartbeat', beat('55P03')],
    ['57014 at every heartbeat', beat('57014')],
  ])(
    '%s, to every prober, for minutes, while every client write fails: nobody is promoted',
    async (_name, given) => {
      expect(await promoted(given)).toEqual([]);
    },
  );
});
