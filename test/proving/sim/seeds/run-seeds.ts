/** Runs seeds as the command line does, for tests. */

import {
  newCheckers,
  runSim,
  Totals,
  type MixName,
  type SimLine,
  type SimOptions,
} from '../../../../proving/sim/index.ts';

export interface Seeds extends Pick<SimOptions, 'controllers' | 'defect'> {
  readonly from: number;
  readonly count: number;
  readonly mix: MixName;
}

export async function lineOf({ from, count, mix, ...rest }: Seeds): Promise<SimLine> {
  const totals = new Totals();
  for (let seed = from; seed < from + count; seed += 1) {
    totals.add(await runSim({ seed, mix, checkers: newCheckers(), ...rest }));
  }
  const facts = { from, mix, controllers: rest.controllers ?? ('real' as const) };
  return totals.line({ ...facts, commit: null, node: process.version, coreSeconds: 0 });
}
