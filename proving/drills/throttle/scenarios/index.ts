import type { ThrottleScenario } from '../types.ts';
import { callerFlood } from './caller-flood.ts';
import { overload } from './overload.ts';

/** Every scenario of the throttle. */
export const THROTTLE_SCENARIOS: readonly ThrottleScenario[] = [callerFlood, overload];
