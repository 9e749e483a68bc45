export { newCheckers } from './checks/index.ts';
export {
  exhaustiveCases,
  ExhaustiveReport,
  type ExhaustiveCase,
  type ExhaustiveLine,
} from './exhaustive/index.ts';
export { replayCommand, Totals, type RunFacts, type SimLine } from './line.ts';
export { MIX_DEFAULT, MIX_NAMES, type MixName } from './mix.ts';
export type { Checker, SimView, Violation } from './model.ts';
export { EXHIBITS, runMuseum, type MuseumLine, type MuseumRow } from './museum/index.ts';
export { runSim } from './run.ts';
export type { SimOptions, SimResult } from './run-options.ts';
