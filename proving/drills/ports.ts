/** What a drill needs of the place it runs in. The command line implements it; a drill never looks inside. */

import type pg from 'pg';
import type { Member, Records } from './model.ts';

export interface DrillPlace {
  readonly pace: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The name under which writers connect. */
  readonly clusterEndpoint: string;
  /** Base URL of the application under test: ours, or the control with plain clients. */
  application(kind: 'shop' | 'control'): Promise<string>;
  members(): Promise<readonly Member[]>;
  /** The address a client's resolver gives for a name now; null when there is none. */
  resolve(name: string): Promise<string | null>;
  /** How to connect a plain client to one address under the name that its certificate carries. */
  connection(address: string, name: string): Promise<pg.ClientConfig>;
  /** Everything the control plane wrote since then; null when its functions are off. */
  records(sinceMs: number): Promise<Records | null>;
  /** Switches every function of the control plane off or on. */
  setFunctions(enabled: boolean): Promise<void>;
  /** Resolves when every member is available, replicating and seen healthy; rejects after `timeoutMs`. */
  healthy(timeoutMs: number): Promise<void>;
  /** Tells people what goes on; never part of the measured output. */
  say(line: string): void;
}
