export * from './part.ts';
export { processState, processTree, signalTree } from './process-tree.ts';
