export { SimClock, START_MS, type Cancel } from './clock.ts';
export { randomOf, type Random } from './random.ts';
