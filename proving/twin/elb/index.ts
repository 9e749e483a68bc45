export * from './target-health.ts';
export * from './routing.ts';
export * from './choice.ts';
export { type GroupView, isHealthy, type NameView, type NodeView, publishedZones } from './dns.ts';
export * from './timings.ts';
export * from './node-life.ts';
