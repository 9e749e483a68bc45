/** What the supervisor and an instance host say to each other over their IPC channel. */

import type { CommonSetup } from '../host/index.ts';

export interface HostSetup extends CommonSetup {
  readonly postgres: string;
  /** A file that is there from the moment on at which this instance must acknowledge nothing any more. */
  readonly fenceMark: string;
  readonly forceTls: boolean;
}

export type ToHost =
  /** Let clients in. */
  | { readonly kind: 'admit' }
  /** End all sessions and keep clients out until `admit`. */
  | { readonly kind: 'shut' }
  /**
   * End the engine, drop the clients, and end: this instance must never acknowledge a write again. Connections that
   * the network cuts off are handed over, as their clients must not see an end.
   */
  | { readonly kind: 'fence' }
  | { readonly kind: 'force-tls'; readonly value: boolean }
  | { readonly kind: 'token-verdict'; readonly id: number; readonly reason: string | null };

export interface FromHost {
  readonly kind: 'verify-token';
  readonly id: number;
  readonly user: string;
  readonly token: string;
}
