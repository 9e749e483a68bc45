export { tasksFor, tasksLeft } from './capacity.ts';
export { cacheCopies, type CacheCopy } from './copies.ts';
export * from './defaults.ts';
export type * from './normalized.ts';
export type * from './types.ts';
export { CLOUDFRONT_REGION, owns, parentOf } from './edge-rules.ts';
export { tunableTiers } from './thresholds.ts';
export { generatedSecretsOf } from './variables.ts';
export { validate } from './validate.ts';
