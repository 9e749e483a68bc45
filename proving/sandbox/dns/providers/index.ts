export * from './health-check.ts';
export * from './hosted-zone.ts';
export * from './record-sets.ts';
