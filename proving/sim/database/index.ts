export type { DatabaseFaults, LoadState, SimDatabaseOptions, SimMember, StorageDefect } from './types.ts';
export type { SimDatabase } from './sim-database.ts';
