/** What the supervisor and the host of a cache node say to each other over their IPC channel. */

import type { NetworkRule } from '../network/rule.ts';

export interface HostSetup {
  readonly name: string;
  readonly stateDir: string;
  readonly unprivileged: { readonly uid: number; readonly gid: number } | null;
  /** The server's program and what it needs in its environment. */
  readonly server: { readonly file: string; readonly env: Readonly<Record<string, string>> };
  readonly configFile: string;
  readonly dataFolder: string;
  readonly socketPath: string;
  readonly address: string;
  readonly port: number;
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly networkRules: readonly NetworkRule[];
  /** What users with IAM authentication have as their password behind the front. */
  readonly internalPassword: string;
  /** A connection ends this long after its last login by token. */
  readonly sessionMs: number;
}

/** What a password of a user is worth: `not-iam` leaves it to the server. */
export type LoginVerdict = 'good' | 'refused' | 'not-iam';

export type ToHost =
  | { readonly kind: 'setup'; readonly setup: HostSetup }
  /** Ends the engine and the clients; connections that the network cuts off are handed over first. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'network'; readonly id: number; readonly rules: readonly NetworkRule[] }
  | { readonly kind: 'login-verdict'; readonly id: number; readonly verdict: LoginVerdict };

export type FromHost =
  /** The engine was started and the address is bound. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly why: string }
  /** Comes with the socket of a client that the network cuts off; the host ends. */
  | { readonly kind: 'cut-off'; readonly from: string }
  /** The rules of that message hold. */
  | { readonly kind: 'network-holds'; readonly id: number }
  | {
      readonly kind: 'login';
      readonly id: number;
      readonly user: string;
      readonly password: string;
    };
