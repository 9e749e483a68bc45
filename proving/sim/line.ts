/** The line that tells of many runs: what was injected, what was checked, what broke. */

import type { MixName } from './mix.ts';
import type { Violation } from './model.ts';
import type { SimResult } from './run-options.ts';

const MS_PER_HOUR = 3_600_000;

/** What is known of the runs from outside. */
export interface RunFacts {
  /** The first seed. */
  readonly from: number;
  /** Null outside a checkout. */
  readonly commit: string | null;
  readonly node: string;
  readonly mix: MixName;
  readonly controllers: 'real' | 'none';
  /** Wall time that the runs took, added up over the cores that ran them, in seconds. */
  readonly coreSeconds: number;
}

export interface FaultCount {
  readonly drawn: number;
  /** A call, message or member really changed. */
  readonly effective: number;
}

/** The names are those of the drills' contract. */
export interface SimLine {
  readonly from: number;
  readonly seeds: number;
  readonly commit: string | null;
  readonly node: string;
  readonly mix: MixName;
  readonly controllers: 'real' | 'none';
  readonly steps: number;
  readonly virtual_hours: number;
  /** Null before anything has run. */
  readonly virtual_hours_per_s_per_core: number | null;
  readonly faults: Readonly<Record<string, FaultCount>>;
  readonly checks: Readonly<Record<string, number>>;
  readonly rare: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

/** Adds runs up, in whatever order they end. */
export class Totals {
  #seeds = 0;
  #steps = 0;
  #virtualMs = 0;
  readonly #faults = new Map<string, FaultCount>();
  readonly #checks = new Map<string, number>();
  readonly #rare = new Map<string, number>();
  readonly #violations: Violation[] = [];

  get seeds(): number {
    return this.#seeds;
  }

  get virtualHours(): number {
    return this.#virtualMs / MS_PER_HOUR;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  add(result: SimResult): void {
    this.#seeds += 1;
    this.#steps += result.steps;
    this.#virtualMs += result.virtualMs;
    for (const [id, { drawn, effective }] of Object.entries(result.faults)) {
      const known = this.#faults.get(id) ?? { drawn: 0, effective: 0 };
      this.#faults.set(id, { drawn: known.drawn + drawn, effective: known.effective + effective });
    }
    addUp(this.#checks, result.checks);
    addUp(this.#rare, result.rare);
    this.#violations.push(...result.violations);
  }

  line({ coreSeconds, ...facts }: RunFacts): SimLine {
    const { from, ...rest } = facts;
    return {
      from,
      seeds: this.#seeds,
      ...rest,
      steps: this.#steps,
      virtual_hours: round(this.virtualHours),
      virtual_hours_per_s_per_core: coreSeconds > 0 ? round(this.virtualHours / coreSeconds) : null,
      faults: sorted(this.#faults),
      checks: sorted(this.#checks),
      rare: sorted(this.#rare),
      violations: this.#violations.toSorted((a, b) => a.seed - b.seed || a.step - b.step),
    };
  }
}

/** The command that runs this one seed again and tells everything that happens. */
export function replayCommand(
  seed: number,
  { mix, controllers }: Pick<SimLine, 'mix' | 'controllers'>,
): string {
  const none = controllers === 'none' ? ' --controllers none' : '';
  return `npx understudy sim --seed ${seed} --mix ${mix}${none} --trace`;
}

function addUp(totals: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count);
}

function sorted<T>(totals: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...totals].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
