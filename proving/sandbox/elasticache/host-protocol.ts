/** What the supervisor and the host of a cache node say to each other over their IPC channel. */

import type { CommonSetup } from '../host/index.ts';

export interface HostSetup extends CommonSetup {
  /** The server's program and what it needs in its environment. */
  readonly server: { readonly file: string; readonly env: Readonly<Record<string, string>> };
  readonly configFile: string;
  /** What users with IAM authentication have as their password behind the front. */
  readonly internalPassword: string;
  /** A connection ends this long after its last login by token. */
  readonly sessionMs: number;
}

/** What a password of a user is worth: `not-iam` leaves it to the server. */
export type LoginVerdict = 'good' | 'refused' | 'not-iam';

export type ToHost =
  /** Ends the engine and the clients; connections that the network cuts off are handed over first. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'login-verdict'; readonly id: number; readonly verdict: LoginVerdict };

export interface FromHost {
  readonly kind: 'login';
  readonly id: number;
  readonly user: string;
  readonly password: string;
}
