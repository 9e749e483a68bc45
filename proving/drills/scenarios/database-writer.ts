import { canPromote, hasStream } from '../conditions.ts';
import {
  calledWithin,
  DATA_IS_SAFE,
  exactly,
  NO_READ_FAILS,
  noPromotion,
  noRemoval,
  within,
} from './rules.ts';
import type { Expectation, Hold, Scenario, Setting } from './types.ts';

/** What we may add to the managed service's own failover. */
const ADDED_MS_MAX = 2000;
/** From the fault until our call for a failover. */
const CALLED_MS_MAX = { stream: 10_000, alarm: 60_000 } as const;
const HOLD_MS = 12_000;
/** How long a promotion is waited for while the fault stands; AWS's pace has slower alarms and a slower failover. */
const PROMOTED_MS_MAX = {
  fast: { stream: 30_000, alarm: 75_000 },
  aws: { stream: 60_000, alarm: 150_000 },
} as const;
/** More than ten times what a statement takes; a write has four, and the pool's connections still carry the load. */
const SLOW_MS = 8;

export const databaseWriter: Scenario = {
  name: 'database-writer',
  tier: 'database',
  faults: ['kill', 'hang', 'slow', 'partition', 'blind'],
  hypothesis,
  victim: (members) => members.find((m) => m.role === 'writer'),
  expectations: (setting) => [NO_READ_FAILS, ...DATA_IS_SAFE, ...expectationsOf(setting)],
  measuredBy: 'write',
  failsOver: (setting) => setting.fault === 'kill' || mustPromote(setting),
  decision: (setting) => (mustPromote(setting) ? 'failover' : null),
  hold: holdOf,
  slowMs: SLOW_MS,
};

/** AWS sees neither a hang nor a partition: a failover must be ours. */
function mustPromote(setting: Setting): boolean {
  return ['hang', 'partition'].includes(setting.fault) && canPromote(setting);
}

function calledMsMax(setting: Setting): number {
  return CALLED_MS_MAX[hasStream(setting) ? 'stream' : 'alarm'];
}

function holdOf(setting: Setting): Hold {
  if (!mustPromote(setting)) return { msMin: HOLD_MS };
  const bounds = PROMOTED_MS_MAX[setting.pace];
  return { msMin: HOLD_MS, msMax: bounds[hasStream(setting) ? 'stream' : 'alarm'] };
}

function hypothesis(setting: Setting): string {
  const safe = 'no acknowledged write is lost';
  if (mustPromote(setting)) {
    const what =
      setting.fault === 'hang' ? 'The writer freezes' : 'The clients and one prober lose the writer';
    const after = `a failover is called for within ${calledMsMax(setting) / 1000} s`;
    return `${what}: ${after}, ${safe}, and the old writer accepts none when it is back.`;
  }
  switch (setting.fault) {
    case 'kill':
      return `The writer dies: ${safe}, and writes go on at most ${ADDED_MS_MAX} ms after AWS's own failover.`;
    case 'slow':
      return 'The writer answers ten times slower: writes take longer and succeed, and nobody is promoted.';
    case 'blind':
      return 'The prober of one zone goes blind: nothing is removed, nobody is promoted, nobody notices.';
    default:
      return `The writer is away and nobody can be promoted: ${safe}, and writes go on when it is back.`;
  }
}

function expectationsOf(setting: Setting): readonly Expectation[] {
  if (mustPromote(setting)) {
    const called = calledMsMax(setting);
    return [
      calledWithin(called),
      exactly('promotions', 1),
      exactly('stale_writer_writes', 0),
      within('added_ms', called + ADDED_MS_MAX),
    ];
  }
  const calm = noPromotion(setting);
  switch (setting.fault) {
    case 'kill':
      return [...calm, within('added_ms', ADDED_MS_MAX)];
    case 'slow':
      return [...calm, exactly('failed_writes', 0)];
    case 'blind':
      return [...calm, ...noRemoval(setting), exactly('failed', 0)];
    default:
      return [...calm, RECOVERS];
  }
}

const RECOVERS: Expectation = { rule: 'writes recover', holds: (line) => line.recovered_ms !== null };
