import type { Reach, WriteResult } from '../../../core/state/items.ts';

/** SQLSTATE, what it means while connecting, what it means for a heartbeat write. */
export const explainSignals: readonly (readonly [string, Reach, WriteResult])[] = [
  ['53300', 'load', 'load'],
  ['55P03', 'load', 'load'],
  ['57014', 'load', 'load'],
  ['25006', 'error', 'read-only'],
  ['57P01', 'reset', 'error'],
  ['57P02', 'reset', 'error'],
  ['57P03', 'refused', 'error'],
  ['28000', 'login', 'error'],
  ['28P01', 'login', 'error'],
  ['58030', 'error', 'error'],
  ['53100', 'error', 'error'],
  ['XX000', 'error', 'error'],
];
