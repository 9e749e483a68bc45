export { exhaustiveCases, type Depth, type ExhaustiveCase } from './cases.ts';
export {
  ExhaustiveReport,
  type ExhaustiveLine,
  type ExhaustiveRow,
  type ExhaustiveViolation,
} from './report.ts';
