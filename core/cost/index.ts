export { estimateControlPlane, type ControlPlaneInput } from './control-plane.ts';
export { estimateDatabase, type DatabaseInput } from './database.ts';
export type * from './types.ts';
export { USAGE } from './usage.ts';
