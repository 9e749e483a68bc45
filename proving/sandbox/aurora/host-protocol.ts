/** What the supervisor and an instance host say to each other over their IPC channel. */

import type { NetworkRule } from '../network/rule.ts';

export interface HostSetup {
  readonly name: string;
  readonly stateDir: string;
  readonly unprivileged: { readonly uid: number; readonly gid: number } | null;
  readonly postgres: string;
  readonly dataFolder: string;
  /** A file that is there from the moment on at which this instance must acknowledge nothing any more. */
  readonly fenceMark: string;
  readonly socketPath: string;
  readonly address: string;
  readonly port: number;
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly forceTls: boolean;
  readonly networkRules: readonly NetworkRule[];
}

export type ToHost =
  | { readonly kind: 'setup'; readonly setup: HostSetup }
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
  | { readonly kind: 'network'; readonly id: number; readonly rules: readonly NetworkRule[] }
  | { readonly kind: 'token-verdict'; readonly id: number; readonly reason: string | null };

export type FromHost =
  /** The engine was started and the address is bound. */
  | { readonly kind: 'ready'; readonly enginePid: number }
  | { readonly kind: 'failed'; readonly why: string }
  /** Comes with the socket of a client that the network cuts off; the host ends. */
  | { readonly kind: 'cut-off'; readonly from: string }
  /** The rules of that message hold. */
  | { readonly kind: 'network-holds'; readonly id: number }
  | {
      readonly kind: 'verify-token';
      readonly id: number;
      readonly user: string;
      readonly token: string;
    };
