import type { FaultSpec } from '../../../../proving/sim/faults/spec.ts';
import { START_MS } from '../../../../proving/sim/kernel/index.ts';
import type { Checker, SimView } from '../../../../proving/sim/model.ts';
import { runSim } from '../../../../proving/sim/run.ts';
import type { SimOptions, SimResult } from '../../../../proving/sim/run-options.ts';

/** Seconds after the start, as virtual time. */
export const at = (s: number): number => START_MS + s * 1000;
export const span = (from: number, until: number) => ({ from: at(from), until: at(until) });

/** The writer at the start: the first member. */
export const WRITER = 'demo-db-1';
export const READER = 'demo-db-2';

/** A checker that finds nothing wrong and keeps the view, whose lists only grow. */
export function witness(): Checker & { view: SimView | null } {
  return {
    invariant: 'witness',
    checked: 1,
    view: null,
    check(view) {
      this.view = view;
      return null;
    },
  };
}

/** A run of the demo's three members under exactly these faults, and all that there was to see. */
export async function scenario(
  faults: readonly FaultSpec[],
  options: Partial<SimOptions> = {},
): Promise<{ readonly result: SimResult; readonly view: SimView; readonly lines: readonly string[] }> {
  const seen = witness();
  const lines: string[] = [];
  const result = await runSim({
    seed: 1,
    mix: 'calm',
    faults,
    overrides: {},
    ...options,
    checkers: [...(options.checkers ?? []), seen],
    trace: (line) => lines.push(line),
  });
  return { result, view: seen.view!, lines };
}

export function failovers(view: SimView): SimView['calls'] {
  return view.calls.filter(({ call, effective }) => call === 'rds:FailoverDBCluster' && effective);
}
