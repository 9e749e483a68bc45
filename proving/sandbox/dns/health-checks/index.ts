export * from './health-checks.ts';
