/** What every part of the sandbox shares: one account, one Region, one clock, one pace, one state folder. */

export type Pace = 'fast' | 'aws';

export interface World {
  readonly accountId: string;
  readonly region: string;
  readonly partition: 'aws';
  readonly urlSuffix: 'amazonaws.com';
  readonly pace: Pace;
  /** Scales a time of a managed service: as documented at `aws`, a tenth of it at `fast`. */
  managed(ms: number): number;
  /** Wall clock, epoch ms. */
  now(): number;
  /** Folder for everything the sandbox writes. Traversable by `unprivileged`. */
  readonly stateDir: string;
  /** The user the engines run as when we are root; null when we are not root. */
  readonly unprivileged: { readonly uid: number; readonly gid: number } | null;
  log(component: string, message: string, fields?: Record<string, unknown>): void;
}

/** A part of the sandbox. `stop` ends every process and socket the part started; it never throws. */
export interface Part {
  readonly services?: readonly import('./service.ts').AwsService[];
  readonly providers?: readonly import('./resource.ts').ResourceProvider[];
  start?(): Promise<void>;
  stop?(): Promise<void>;
}
