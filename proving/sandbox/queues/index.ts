export { createQueues, type QueuesPart } from './part.ts';
export type { QueueSender, SendOptions } from './registry.ts';
export { type Sender, requireAllowed } from './resource-policy.ts';
export { policyDocument } from './providers.ts';
