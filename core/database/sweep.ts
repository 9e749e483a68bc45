/**
 * One sweep of one prober: samples of every member in, verdicts out. A prober that fails on more than half of
 * all targets is blind: it reports so, does not vote, and what it fails to see counts for nothing (I-06).
 * With a single target a dead member cannot be told from a blind prober, so the prober is blind then too; a
 * cluster without a reader has nothing to fail over to anyway.
 */

import { UnderstudyError } from '../errors.ts';
import type { ObservationItem, Sample, SeenWriter, Verdict } from '../state/items.ts';
import type { DatabaseThresholds } from '../thresholds/database.ts';
import { assess } from './assess.ts';
import { countSample, fromVerdict, newMember, type MemberMemory } from './hysteresis.ts';
import { isUnseen } from './signals.ts';
import { seeWriter } from './writer.ts';

export interface ProberMemory {
  readonly members: Readonly<Record<string, MemberMemory>>;
  readonly blind: boolean;
  /** Sweeps in a row that saw enough, while still called blind. */
  readonly clear: number;
  readonly writer: SeenWriter | null;
}

export const NO_MEMORY: ProberMemory = { members: {}, blind: false, clear: 0, writer: null };

export interface Sweep {
  readonly samples: readonly Sample[];
  /** The writer by the cluster's own list of members, where any member could be asked. */
  readonly reportedWriter: string | null;
  readonly thresholds: DatabaseThresholds;
  readonly now: number;
}

export interface SweepVerdict {
  readonly memory: ProberMemory;
  readonly verdicts: readonly Verdict[];
  readonly blind: boolean;
  readonly writer: SeenWriter | null;
  /** A verdict, `blind` or the writer differs from the sweep before. */
  readonly changed: boolean;
}

export function judgeSweep(before: ProberMemory, sweep: Sweep): SweepVerdict {
  const { samples, thresholds, now } = sweep;
  const sees = !failsOnMost(samples);
  const writer = seeWriter(before.writer, samples, sweep.reportedWriter, now);
  const members: Record<string, MemberMemory> = {};
  for (const sample of samples) {
    const known = before.members[sample.memberId] ?? newMember(sample.memberId, now);
    const isEvidence = sees || !isUnseen(sample.reach);
    const assessment = assess(sample, sample.memberId === writer?.memberId, thresholds);
    members[sample.memberId] = isEvidence ? countSample(known, assessment, thresholds, now) : known;
  }
  const memory: ProberMemory = { members, writer, ...sight(before, sees, thresholds) };
  const verdicts = Object.values(members).map((member) => member.verdict);
  checkSweep(sweep, verdicts);
  return { memory, verdicts, blind: memory.blind, writer, changed: differs(before, memory) };
}

/** What a prober that takes over knows from its predecessor's last observation. */
export function recall(item: ObservationItem): ProberMemory {
  const members = Object.fromEntries(item.verdicts.map((v) => [v.memberId, fromVerdict(v)]));
  return { members, blind: item.blind, clear: 0, writer: item.writer ?? null };
}

export function failsOnMost(samples: readonly Pick<Sample, 'reach'>[]): boolean {
  const unseen = samples.filter((sample) => isUnseen(sample.reach)).length;
  return unseen * 2 > samples.length;
}

/** Blind at once; sighted again only after `fail-samples` sweeps in a row that saw enough. */
export function sight(
  before: Pick<ProberMemory, 'blind' | 'clear'>,
  sees: boolean,
  thresholds: Pick<DatabaseThresholds, 'fail-samples'>,
): Pick<ProberMemory, 'blind' | 'clear'> {
  if (!sees) return { blind: true, clear: 0 };
  if (!before.blind) return { blind: false, clear: 0 };
  const clear = before.clear + 1;
  return clear >= thresholds['fail-samples'] ? { blind: false, clear: 0 } : { blind: true, clear };
}

function differs(before: ProberMemory, after: ProberMemory): boolean {
  if (before.blind !== after.blind) return true;
  if (before.writer !== null && before.writer.memberId !== after.writer?.memberId) return true;
  return Object.entries(after.members).some(
    ([id, member]) => (before.members[id]?.verdict.failure ?? null) !== member.verdict.failure,
  );
}

function checkSweep(sweep: Sweep, verdicts: readonly Verdict[]): void {
  const sampled = new Set(sweep.samples.map((sample) => sample.memberId));
  if (sampled.size === sweep.samples.length && verdicts.length === sampled.size) return;
  throw new UnderstudyError('a sweep must have exactly one sample and one verdict for each member', {
    code: 'invariant-broken',
    advice: 'give-up',
  });
}
