/** Runs one drill: steady load, one fault, what users saw, and the read-back. */

import { UnderstudyError } from '../../core/errors.ts';
import { readBack } from './checker.ts';
import { inject, release, verify, type Fault } from './faults.ts';
import { toLine } from './line.ts';
import { DEFAULT_LOAD, now, startLoad, type RunningLoad } from './load/index.ts';
import { watchManaged } from './managed.ts';
import type { DrillLine, FaultKind, Member } from './model.ts';
import { pause } from './pause.ts';
import { serving } from './plain-clients.ts';
import type { DrillPlace } from './ports.ts';
import type { Scenario } from './scenarios/index.ts';

export interface DrillOptions {
  readonly scenario: Scenario;
  readonly fault: FaultKind;
  readonly seed: number;
  /** Switches the control plane's functions off: the data plane must do without. */
  readonly without: 'functions' | null;
  /** Replaces our pools and functions by plain clients and nothing: shows what the fault does to others. */
  readonly control: boolean;
  readonly signal: AbortSignal;
}

const WARM_UP_MS = 5000;
const BEFORE_MS = 6000;
const AFTER_MS = 20_000;
/** A hang ends here, so that its return is part of what users see. */
const HANG_MS = 12_000;
/** Bounds of waiting, at the fast pace; AWS's pace takes up to ten times as long. */
const HEALTHY_MS_MAX = { fast: 60_000, aws: 240_000 };
const MANAGED_MS_MAX = { fast: 30_000, aws: 120_000 };

export async function runDrill(place: DrillPlace, options: DrillOptions): Promise<DrillLine> {
  const pace = place.pace === 'aws' ? 'aws' : 'fast';
  place.say(`${options.scenario.name}: waiting until every member is healthy`);
  await place.healthy(HEALTHY_MS_MAX[pace]);
  const functionsOff = options.without === 'functions' || options.control;
  if (functionsOff) await place.setFunctions(false);
  try {
    return await measure(place, options, MANAGED_MS_MAX[pace]);
  } finally {
    if (functionsOff) await place.setFunctions(true);
  }
}

async function measure(place: DrillPlace, options: DrillOptions, managedMsMax: number): Promise<DrillLine> {
  const url = await place.application(options.control ? 'control' : 'shop');
  const load = startLoad({ url, ...DEFAULT_LOAD });
  let fault: Fault | null = null;
  try {
    await pause(WARM_UP_MS, options.signal);
    const countedFrom = now();
    await pause(BEFORE_MS, options.signal);
    const members = await place.members();
    const victim = chooseVictim(options.control ? await serving(place, members) : members, options);
    place.say(`${options.fault} ${victim.id} (${victim.role} in ${victim.az})`);
    const watch = options.scenario.managedFailover ? watchManaged(place, victim.address, managedMsMax) : null;
    fault = inject(options.fault, victim, now);
    const faultVerified = await verify(fault, victim, now);
    const endsAt = fault.at + AFTER_MS;
    if (fault.kind === 'hang') {
      await pause(fault.at + HANG_MS - now(), options.signal);
      release(fault);
    }
    const managedAt = watch ? await watch.done : null;
    await pause(Math.max(endsAt, (managedAt ?? 0) + AFTER_MS / 2) - now(), options.signal);
    return await conclude(place, options, { load, countedFrom, victim, fault, faultVerified, managedAt });
  } finally {
    if (fault) release(fault);
    await load.stop().catch(() => undefined);
  }
}

interface Run {
  readonly load: RunningLoad;
  readonly countedFrom: number;
  readonly victim: Member;
  readonly fault: Fault;
  readonly faultVerified: boolean;
  readonly managedAt: number | null;
}

async function conclude(place: DrillPlace, options: DrillOptions, run: Run): Promise<DrillLine> {
  const endedAt = now();
  const { lagMsMax } = await run.load.stop();
  place.say('reading back what was acknowledged');
  const back = await readBack(place, run.load.tag, run.load.samples);
  const records =
    options.without === 'functions' || options.control ? null : await place.records(run.fault.at);
  return toLine({
    scenario: options.scenario,
    fault: options.fault,
    pace: place.pace,
    seed: options.seed,
    without: options.without,
    control: options.control,
    victim: run.victim,
    samples: run.load.samples.filter((s) => s.scheduledAt >= run.countedFrom),
    faultAt: run.fault.at,
    endedAt,
    faultVerified: run.faultVerified,
    managedAt: run.managedAt,
    readBack: back,
    records,
    lagMsMax,
    versions: place.versions,
  });
}

function chooseVictim(members: readonly Member[], options: DrillOptions): Member {
  const victim = options.scenario.victim(members, fraction(options.seed));
  if (victim) return victim;
  throw new UnderstudyError(
    `${options.scenario.name} finds nobody to break among ${members.length} members`,
    {
      code: 'no-victim',
      advice: 'check',
    },
  );
}

/** A number in [0, 1) from a seed, by the finalizer of MurmurHash3; equal seeds choose equal victims. */
function fraction(seed: number): number {
  let h = seed | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
