import { canPromote } from '../../conditions.ts';
import { zone } from '../targets.ts';
import type { FrontExpectation, FrontScenario, FrontSetting } from '../types.ts';
import {
  CALLED_FOR_A_WRITER,
  exactly,
  NOTHING_WRONG,
  RECOVERS,
  within,
  writesWaitForTheWriterAlone,
} from './rules.ts';

const HOLD_MS = 15_000;
const WATCH_MS = 30_000;
/** A change of the writer takes as long at AWS's pace, and is looked at to its end. */
const WRITER_WATCH_MS = { fast: 40_000, aws: 120_000 } as const;
const READS_FAILED_PCT_MAX = 0.5;

const WHAT: Readonly<Record<'kill' | 'partition', string>> = {
  kill: 'dies',
  partition: 'is cut off from everything else',
};

const READS_GO_ON: FrontExpectation = within('worst_10s_failed_pct', READS_FAILED_PCT_MAX);
/** Nobody knows for ten seconds that the writer is gone: what is to be read from it waits or fails as a write does. */
const READERS_GO_ON: FrontExpectation = within('reader_worst_10s_failed_pct', READS_FAILED_PCT_MAX);

function what({ fault }: FrontSetting): string {
  return WHAT[fault === 'partition' ? 'partition' : 'kill'];
}

function readsOf({ fault }: FrontSetting): string {
  return fault === 'kill' ? '' : ' that any reader may answer';
}

export const zoneScenario: FrontScenario = {
  name: 'zone',
  tier: 'zone',
  faults: ['kill', 'partition'],
  hypothesis: (setting) =>
    `A zone without the writer ${what(setting)}, with all that stands in it: at most ${READS_FAILED_PCT_MAX} % of the reads fail in any 10 s, and nothing fails later than 10 s.`,
  target: (stock, random) => zone(stock, 'other', random),
  measuresFloor: false,
  holdMs: HOLD_MS,
  watchMs: () => WATCH_MS,
  slowMs: 0,
  expectations: () => [...NOTHING_WRONG, READS_GO_ON, exactly('failed_after_10s', 0)],
};

export const zoneWriterScenario: FrontScenario = {
  name: 'zone-writer',
  tier: 'zone',
  faults: ['kill', 'partition'],
  hypothesis: (setting) =>
    `The zone of the writer ${what(setting)}, with all that stands in it: at most ${READS_FAILED_PCT_MAX} % of the reads${readsOf(setting)} fail in any 10 s, writes wait or fail only while the writer changes and 2 s longer, and none that was acknowledged is lost.`,
  target: (stock, random) => zone(stock, 'writer', random),
  measuresFloor: false,
  holdMs: HOLD_MS,
  watchMs: ({ pace }) => WRITER_WATCH_MS[pace],
  slowMs: 0,
  expectations: (setting) => [
    ...NOTHING_WRONG,
    setting.fault === 'kill' ? READS_GO_ON : READERS_GO_ON,
    ...ofWrites(setting),
  ],
};

/** AWS does not see that a zone is cut off: without a function nobody is promoted, and writes wait for the zone. */
function ofWrites(setting: FrontSetting): readonly FrontExpectation[] {
  if (setting.fault === 'kill') return [writesWaitForTheWriterAlone(true)];
  return canPromote(setting) ? [CALLED_FOR_A_WRITER, writesWaitForTheWriterAlone(false)] : [RECOVERS];
}
