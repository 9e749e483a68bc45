export * from './errors.ts';
export * from './event.ts';
export * from './input.ts';
export * from './pattern.ts';
export * from './retry.ts';
