export * from './cloudformation.ts';
export type { CloudFormationPorts } from './ports.ts';
export { INERT_TYPES } from './inert/index.ts';
