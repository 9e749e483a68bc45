import { THROTTLE_ENV } from '../shared/contract.ts';

/** Names shared by the reconcile sweep and the stack that deploys it. */
export const FUNCTION = 'reconcile';
export const TIMEOUT_S = 25;
export const RESERVED_CONCURRENCY = 1;
export const ENV = {
  /** `/understudy/<env>`. */
  parameterRoot: 'UNDERSTUDY_PARAMETER_ROOT',
  /** All alarms of the environment start with this prefix. */
  alarmPrefix: 'UNDERSTUDY_ALARM_PREFIX',
  /** `resource=application` pairs joined by commas: whose quotas are copied. Default: none. */
  resources: THROTTLE_ENV.resources,
} as const;
export const METRIC = { parameterRefused: 'parameter-refused', lostTransitions: 'lost-transitions' } as const;
