/** What came of every case. */

import type { SimResult } from '../run-options.ts';
import type { ExhaustiveCase } from './cases.ts';

export interface ExhaustiveRow {
  readonly scenario: string;
  readonly cases: number;
  /** Cases in which the kill or the stale answer really happened. */
  readonly effective: number;
  readonly violations: number;
}

export interface ExhaustiveViolation {
  readonly scenario: string;
  readonly what: string;
  readonly invariant: string;
  readonly said: string;
}

export interface ExhaustiveLine {
  readonly scenarios: readonly ExhaustiveRow[];
  readonly violations: readonly ExhaustiveViolation[];
}

export class ExhaustiveReport {
  readonly #rows = new Map<string, { cases: number; effective: number; violations: number }>();
  readonly #violations: ExhaustiveViolation[] = [];

  get violations(): readonly ExhaustiveViolation[] {
    return this.#violations;
  }

  add({ scenario, what, must }: ExhaustiveCase, result: SimResult): void {
    const row = this.#rows.get(scenario) ?? { cases: 0, effective: 0, violations: 0 };
    row.cases += 1;
    row.effective += (result.faults[must]?.effective ?? 0) > 0 ? 1 : 0;
    row.violations += result.violations.length;
    this.#rows.set(scenario, row);
    for (const { invariant, said } of result.violations)
      this.#violations.push({ scenario, what, invariant, said });
  }

  line(): ExhaustiveLine {
    return {
      scenarios: [...this.#rows].map(([scenario, row]) => ({ scenario, ...row })),
      violations: this.#violations,
    };
  }
}
