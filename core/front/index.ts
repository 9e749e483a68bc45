export { dnsName, parseExpectedRecords } from './records/expected.ts';
export { DEREGISTER_STEP, memberIdOf, mergeTargets, removalsIn, type MergeInput } from './targets/merge.ts';
export type * from './types.ts';
