export * from './entrance.ts';
export * from './host-process.ts';
export * from './messages.ts';
