export { StrategyFollower, type StrategyFollowerOptions, type StrategyStatus } from './follower.ts';
export type { StrategySource } from './ports.ts';
