export * from './logs.ts';
export * from './emf.ts';
