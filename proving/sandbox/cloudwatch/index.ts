export * from './cloudwatch.ts';
