export * from './types.ts';
export * from './alarm.ts';
export * from './reason.ts';
export * from './statistics.ts';
export * from './metric-store.ts';
export * from './composite-rule.ts';
export * from './suppression.ts';
export * from './metric-math.ts';
