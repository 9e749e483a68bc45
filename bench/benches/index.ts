export { cacheRouting } from './cache-routing.ts';
export { cacheThroughput } from './cache-throughput.ts';
export { functionImport } from './function-import.ts';
export { memberChoice } from './member-choice.ts';
export { readPool } from './read-pool.ts';
export { servicePick } from './service-pick.ts';
export { throttle } from './throttle.ts';
