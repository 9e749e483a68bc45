/**
 * One sweep of one prober over targets of which only the reach counts, as shards and tasks: samples in, verdicts out,
 * by the same hysteresis as the members of the database. A prober that fails on more than half of all its targets,
 * those of other kinds among them, is blind.
 */

import type { Reach, Verdict } from '../state/items.ts';
import type { Assessment } from './assess.ts';
import { countSample, fromVerdict, newMember, type MemberMemory, type SampleRules } from './hysteresis.ts';
import { isUnseen } from './signals.ts';
import { failsOnMost, sight } from './sweep.ts';

export interface ReachMemory {
  readonly members: Readonly<Record<string, MemberMemory>>;
  readonly blind: boolean;
  /** Sweeps in a row that saw enough, while still called blind. */
  readonly clear: number;
}

export const NO_REACH_MEMORY: ReachMemory = { members: {}, blind: false, clear: 0 };

export interface ReachSample {
  readonly memberId: string;
  readonly reach: Reach;
}

export interface ReachSweep {
  /** In the order of their probes; a target that was probed again at once has several. */
  readonly samples: readonly ReachSample[];
  /** How far the prober's newest probes of targets of other kinds got. */
  readonly others: readonly Reach[];
  readonly rules: SampleRules;
  readonly assess: (reach: Reach) => Assessment;
  readonly now: number;
}

export interface ReachVerdict {
  readonly memory: ReachMemory;
  readonly verdicts: readonly Verdict[];
  readonly blind: boolean;
  /** A verdict or `blind` differs from the sweep before. */
  readonly changed: boolean;
}

export function judgeReach(before: ReachMemory, sweep: ReachSweep): ReachVerdict {
  const { samples, others, rules, assess, now } = sweep;
  const newest = new Map(samples.map(({ memberId, reach }) => [memberId, reach]));
  const sees = !failsOnMost([...newest.values(), ...others].map((reach) => ({ reach })));
  const members: Record<string, MemberMemory> = {};
  for (const { memberId, reach } of samples) {
    const known = members[memberId] ?? before.members[memberId] ?? newMember(memberId, now);
    const isEvidence = sees || !isUnseen(reach);
    members[memberId] = isEvidence ? countSample(known, assess(reach), rules, now) : known;
  }
  const memory: ReachMemory = { members, ...sight(before, sees, rules) };
  const verdicts = Object.values(members).map((member) => member.verdict);
  const changed = before.blind !== memory.blind || verdicts.some((verdict) => differs(before, verdict));
  return { memory, verdicts, blind: memory.blind, changed };
}

/** What a prober that takes over knows from its predecessor's last observation. */
export function recallReach(item: {
  readonly verdicts: readonly Verdict[];
  readonly blind: boolean;
}): ReachMemory {
  const members = Object.fromEntries(item.verdicts.map((v) => [v.memberId, fromVerdict(v)]));
  return { members, blind: item.blind, clear: 0 };
}

function differs(before: ReachMemory, { memberId, failure }: Verdict): boolean {
  return (before.members[memberId]?.verdict.failure ?? null) !== failure;
}
