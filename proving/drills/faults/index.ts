export { inject } from './inject.ts';
export { kill } from './kill.ts';
export { hang } from './hang.ts';
export { processTree, stateOf } from './processes.ts';
export type { Fault, FaultContext } from './types.ts';
