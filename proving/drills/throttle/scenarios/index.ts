import type { ThrottleScenario } from '../types.ts';
import { callerFlood } from './caller-flood.ts';
import { halfCapacity } from './half-capacity.ts';
import { overload } from './overload.ts';
import { retryStorm } from './retry-storm.ts';
import { throttleStoreDown } from './throttle-store-down.ts';

/** Every scenario of the throttle. */
export const THROTTLE_SCENARIOS: readonly ThrottleScenario[] = [
  callerFlood,
  overload,
  halfCapacity,
  throttleStoreDown,
  retryStorm,
];
