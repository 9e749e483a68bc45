export { createScheduler } from './part.ts';
export type { SchedulerPorts } from './live-schedule.ts';
export { RateTimer } from './rate-timer.ts';
