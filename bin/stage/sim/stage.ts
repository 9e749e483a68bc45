import type { Terminal } from '../terminal.ts';

/** What every part of `understudy sim` is given. */
export interface SimStage {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly json: boolean;
}
