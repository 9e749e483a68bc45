export * from './cloudwatch.ts';
export type { AlarmData } from './alarm-data.ts';
