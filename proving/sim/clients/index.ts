export type { ClientFindings, ClientOptions, SimClients, StartClients } from './types.ts';
