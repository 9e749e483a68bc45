export type { Expectation, Hold, Scenario, Setting } from './types.ts';
import { databaseReader } from './database-reader.ts';
import { databaseWriter } from './database-writer.ts';
import type { Scenario } from './types.ts';

/** Every scenario that can be drilled. */
export const SCENARIOS: readonly Scenario[] = [databaseReader, databaseWriter];
