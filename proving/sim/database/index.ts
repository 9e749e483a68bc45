export { SimDatabase } from './sim-database.ts';
export type { DatabaseFaults, LoadState, SimDatabaseOptions, SimMember, StorageDefect } from './types.ts';
export { COUNT, FIND, INSERT } from './statements.ts';
