export { SIM_LIMITS } from './limits.ts';
export { startClients } from './start.ts';
export type { ClientFindings, ClientOptions, SimClients } from './types.ts';
