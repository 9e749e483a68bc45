export { createEndpoint, type Endpoint } from './endpoint.ts';
export type { CallCount, CallCounts, CallEntry } from './call-log.ts';
export type { ServiceFault, ServiceFaultStatus } from './service-fault.ts';
export type { DenyRule } from './refusal.ts';
