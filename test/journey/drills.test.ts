/**
 * The drills of every tier through the command line, in one sandbox. `npm test` runs a choice of them,
 * `npm run test:drills` all.
 *
 * Whether latencies hold depends on the machine, so the exit code may say "not held"; what users and their data
 * must never meet does not.
 */

import { cacheDrills } from './drills/cache.ts';
import { databaseDrills } from './drills/database.ts';
import { frontDrills } from './drills/front.ts';
import { throttleDrills } from './drills/throttle.ts';

databaseDrills();
throttleDrills();
cacheDrills();
// The last of them replaces a writer again: more than a minute after the database's own (I-10).
frontDrills();
