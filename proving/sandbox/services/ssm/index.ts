export { type SsmPart, createSsm } from './ssm.ts';
