export * from './syntax.ts';
export * from './substitutions.ts';
export * from './parse-condition.ts';
export * from './evaluate-condition.ts';
export * from './parse-update.ts';
export * from './apply-update.ts';
export * from './projection.ts';
export * from './key-condition.ts';
