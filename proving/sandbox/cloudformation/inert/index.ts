export * from './types.ts';
export * from './provider.ts';
