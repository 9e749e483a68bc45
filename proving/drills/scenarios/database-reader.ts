import { canDecide, hasStream } from '../conditions.ts';
import { DATA_IS_SAFE, exactly, NO_READ_FAILS, noPromotion, noRemoval, STEADY_P99, within } from './rules.ts';
import type { Expectation, Scenario, Setting } from './types.ts';

/** Longest time without a successful read when a reader is killed. */
const GAP_MS_MAX = 100;
/** From the start of the lag until the controllers decide, by the stream. */
const DECIDED_MS_MAX = 10_000;
const LAG_MS = 30_000;
const HOLD_MS = 12_000;
/** Hundreds of times what a query takes, so that a plain pool runs out of connections. */
const SLOW_MS = 500;

const HYPOTHESES = {
  kill: `A reader dies: no read fails and none waits longer than ${GAP_MS_MAX} ms for the next success.`,
  hang: 'A reader freezes: no read fails and the slowest percent of reads hardly notices.',
  slow: 'A reader answers hundreds of times slower: no read fails and the slowest percent hardly notices.',
  partition:
    'The clients and one prober lose a reader: no read fails and the slowest percent hardly notices.',
  lag: `A reader lags ${LAG_MS / 1000} s: nobody who asks for their own write misses it, and no read fails.`,
  blind: 'The prober of one zone goes blind: nothing is removed, nobody is promoted, nobody notices.',
} as const;

export const databaseReader: Scenario = {
  name: 'database-reader',
  tier: 'database',
  faults: ['kill', 'hang', 'slow', 'partition', 'lag', 'blind'],
  hypothesis: ({ fault }) => HYPOTHESES[fault],
  victim: (members, random) => {
    const readers = members.filter((m) => m.role === 'reader').toSorted((a, b) => a.id.localeCompare(b.id));
    return readers[Math.floor(random * readers.length)];
  },
  expectations: (setting) => [
    NO_READ_FAILS,
    ...DATA_IS_SAFE,
    ...noPromotion(setting),
    ...expectationsOf(setting),
  ],
  measuredBy: 'read',
  failsOver: () => false,
  decision: (setting) => (mustDecide(setting) ? 'removal' : null),
  hold: ({ fault }) => ({ msMin: fault === 'lag' ? LAG_MS : HOLD_MS }),
  slowMs: SLOW_MS,
};

function expectationsOf(setting: Setting): readonly Expectation[] {
  switch (setting.fault) {
    case 'kill':
      return [within('longest_gap_ms', GAP_MS_MAX)];
    case 'lag':
      return mustDecide(setting) ? [within('decided_ms', DECIDED_MS_MAX)] : [];
    case 'blind':
      return [exactly('failed', 0), ...noRemoval(setting)];
    default:
      return [STEADY_P99];
  }
}

/** An alarm takes longer than the lag lasts: without the stream the pools alone must do. */
function mustDecide(setting: Setting): boolean {
  return setting.fault === 'lag' && canDecide(setting) && hasStream(setting);
}
