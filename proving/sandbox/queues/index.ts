export { createQueues, type QueuesPart } from './part.ts';
export type { QueueSender, SendOptions } from './registry.ts';
export { requireAllowed } from './resource-policy.ts';
export { policyDocument } from './providers.ts';
