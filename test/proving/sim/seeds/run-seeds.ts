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

/**
 * What the swarm does not see to: a flood or a dead table, compared with a service that nothing else befalls, by the
 * mix `overload`; shards by the mix `cache`; missing data and zones by the mix `front`.
 */
export const OF_OTHER_MIXES: ReadonlySet<string> = new Set([
  'I-20',
  'I-21',
  'I-22',
  'I-24',
  'I-26',
  'I-29',
  'I-30',
  'I-33',
  'I-35',
  'shard-return',
]);

export async function lineOf({ from, count, mix, ...rest }: Seeds): Promise<SimLine> {
  const totals = new Totals();
  for (let seed = from; seed < from + count; seed += 1) {
    totals.add(await runSim({ seed, mix, checkers: newCheckers(), ...rest }));
  }
  const facts = { from, mix, controllers: rest.controllers ?? ('real' as const) };
  return totals.line({ ...facts, commit: null, node: process.version, coreSeconds: 0 });
}
