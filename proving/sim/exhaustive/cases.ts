/** Every point at which a function can be cut off, and every old version that it can be told. */

import type { FaultSpec } from '../faults/spec.ts';
import type { SimOptions } from '../run-options.ts';
import { record, type RecordedInvocation, type Recording } from './recorder.ts';
import { CRASH_SCENARIOS, SEED, STALE_SCENARIO, type Scenario } from './scenario.ts';

/** `acts`: the points around whatever changes something outside. `all`: every call of every invocation. */
export type Depth = 'acts' | 'all';

export interface ExhaustiveCase {
  readonly scenario: string;
  /** e.g. `write-failover-2 killed after call 17 of 63`. */
  readonly what: string;
  /** The fault that must take effect for the case to count; null where there may be nothing to change. */
  readonly must: 'F-18' | 'F-14';
  readonly run: Pick<SimOptions, 'seed' | 'mix' | 'faults' | 'overrides' | 'throttled'>;
}

/** Calls before an act that belong to its turn, and calls after it until all is written down. */
const BEFORE_ACT = 6;
const AFTER_ACT = 3;
/** Stale answers of the description reach at most this far back. */
const VERSIONS_MAX = 12;

export async function exhaustiveCases(depth: Depth): Promise<readonly ExhaustiveCase[]> {
  const crashes: ExhaustiveCase[] = [];
  for (const scenario of CRASH_SCENARIOS)
    crashes.push(...crashCases(scenario, await record(scenario), depth));
  return [...crashes, ...staleCases(STALE_SCENARIO, await record(STALE_SCENARIO), depth)];
}

function crashCases(scenario: Scenario, recording: Recording, depth: Depth): readonly ExhaustiveCase[] {
  const sides = depth === 'all' ? (['before', 'after'] as const) : (['after'] as const);
  return recording.invocations.flatMap((invocation) =>
    pointsOf(invocation, recording, scenario.throttled === true ? 'all' : depth).flatMap((call) =>
      sides.map((when) => {
        const { id, startedAt, callsByEnd } = invocation;
        const kill = { id: 'F-18' as const, folder: scenario.folder, from: startedAt, call, when };
        return caseOf(scenario, `${id} killed ${when} call ${call} of ${callsByEnd}`, kill);
      }),
    ),
  );
}

/** The numbers of the calls at which this invocation is to die. */
function pointsOf(
  { id, callsBefore, callsByEnd }: RecordedInvocation,
  { acts }: Recording,
  depth: Depth,
): readonly number[] {
  const all = Array.from({ length: callsByEnd - callsBefore }, (_, index) => callsBefore + index + 1);
  if (depth === 'all') return all;
  const near = acts.get(id) ?? [];
  return all.filter((call) => near.some((act) => call >= act - BEFORE_ACT && call <= act + AFTER_ACT));
}

function staleCases(scenario: Scenario, { describes }: Recording, depth: Depth): readonly ExhaustiveCase[] {
  const asked = describes.filter(({ issuedAt }) => issuedAt >= scenario.from && issuedAt <= scenario.until);
  const chosen = depth === 'all' ? asked : asked.slice(0, 1);
  return chosen.flatMap(({ invocation, issuedAt, answeredAt, versions }) =>
    Array.from({ length: Math.min(VERSIONS_MAX, versions - 1) }, (_, index) => {
      const versionsBack = index + 1;
      const stale = { id: 'F-14' as const, versionsBack, from: issuedAt, until: answeredAt + 1 };
      const what = `${invocation} told at ${issuedAt - scenario.from} ms what was true ${versionsBack} versions ago`;
      return caseOf(scenario, what, stale);
    }),
  );
}

function caseOf(
  scenario: Scenario,
  what: string,
  fault: Extract<FaultSpec, { id: 'F-18' | 'F-14' }>,
): ExhaustiveCase {
  return {
    scenario: scenario.name,
    what,
    must: fault.id,
    run: {
      seed: SEED,
      mix: 'calm',
      faults: [...scenario.faults, fault],
      overrides: {},
      throttled: scenario.throttled ?? false,
    },
  };
}
