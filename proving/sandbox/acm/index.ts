export * from './part.ts';
export type { ValidationZones } from './store.ts';
