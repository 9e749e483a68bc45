/** Shows that the simulator can fail: each defect must be caught, by the invariant that it is named after. */

import { newCheckers } from '../checks/index.ts';
import { randomOf } from '../kernel/index.ts';
import { runSim } from '../run.ts';
import type { SimResult } from '../run-options.ts';
import { EXHIBITS } from './exhibits.ts';
import type { Exhibit } from './exhibit.ts';

/** The names are those of the drills' contract. */
export interface MuseumRow {
  readonly name: string;
  readonly incident: string;
  readonly invariant: string;
  /** The seed that caught it; null when none did. */
  readonly seed: number | null;
  readonly seeds_tried: number;
  readonly caught: boolean;
  /** What the checker said. */
  readonly said: string | null;
  /** The same run without the defect broke this as well: then the defect proves nothing. Null when it held. */
  readonly sound_run_said: string | null;
}

export interface MuseumLine {
  readonly defects: readonly MuseumRow[];
  readonly missed: number;
}

const SEEDS_MAX = 40;

export interface MuseumOptions {
  /** The first seed. @default 1 */
  readonly from?: number;
  /** A defect that needs more seeds than this is missed. @default 40 */
  readonly seedsMax?: number;
  /** @default - every one */
  readonly exhibits?: readonly Exhibit[];
  readonly signal?: { readonly aborted: boolean };
  readonly onRow?: (row: MuseumRow) => void;
}

export async function runMuseum(options: MuseumOptions = {}): Promise<MuseumLine> {
  const { from = 1, seedsMax = SEEDS_MAX, exhibits = EXHIBITS, signal, onRow } = options;
  const defects: MuseumRow[] = [];
  for (const exhibit of exhibits) {
    const row = await show(exhibit, { from, seedsMax, signal });
    if (row === null) break;
    defects.push(row);
    onRow?.(row);
  }
  return { defects, missed: defects.filter(({ caught }) => !caught).length };
}

interface Search {
  readonly from: number;
  readonly seedsMax: number;
  readonly signal: MuseumOptions['signal'];
}

/** Null when it was interrupted before it knew. */
async function show(exhibit: Exhibit, { from, seedsMax, signal }: Search): Promise<MuseumRow | null> {
  const { name, incident, invariant } = exhibit;
  for (let tried = 1; tried <= seedsMax; tried += 1) {
    if (signal?.aborted) return null;
    const seed = from + tried - 1;
    const said = saidOf(await runExhibit(exhibit, seed, true), invariant);
    if (said === null) continue;
    const sound = await runExhibit(exhibit, seed, false);
    const first = sound.violations[0];
    const soundSaid = first === undefined ? null : `${first.invariant}: ${first.said}`;
    return {
      name,
      incident,
      invariant,
      seed,
      seeds_tried: tried,
      caught: soundSaid === null,
      said,
      sound_run_said: soundSaid,
    };
  }
  const nothing = { seed: null, seeds_tried: seedsMax, caught: false, said: null, sound_run_said: null };
  return { name, incident, invariant, ...nothing };
}

/** The exhibit's faults under this seed, with the defect or without it. */
export function runExhibit(exhibit: Exhibit, seed: number, planted: boolean): Promise<SimResult> {
  return runSim({
    seed,
    mix: 'calm',
    throttled: exhibit.throttled ?? false,
    cached: exhibit.cached ?? false,
    fronted: exhibit.fronted ?? false,
    faults: exhibit.faults(randomOf(seed, exhibit.name)),
    overrides: {},
    checkers: newCheckers(),
    ...(planted ? { defect: exhibit.defect } : {}),
  });
}

function saidOf({ violations }: SimResult, invariant: string): string | null {
  return violations.find((violation) => violation.invariant === invariant)?.said ?? null;
}
