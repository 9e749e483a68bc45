/** What the supervisor and every kind of host say to each other, beside what is of one kind alone. */

import type { NetworkRule } from '../network/rule.ts';

/** What every host is told of itself. */
export interface BaseSetup {
  readonly name: string;
  readonly networkRules: readonly NetworkRule[];
}

/** What the host of an engine is told of itself, whatever it runs. */
export interface CommonSetup extends BaseSetup {
  readonly stateDir: string;
  readonly unprivileged: { readonly uid: number; readonly gid: number } | null;
  readonly dataFolder: string;
  readonly address: string;
  readonly port: number;
  readonly keyPem: string;
  readonly certificatePem: string;
  /** The engine's unix socket. */
  readonly socketPath: string;
}

export type CommonToHost<Setup extends BaseSetup> =
  | { readonly kind: 'setup'; readonly setup: Setup }
  | { readonly kind: 'network'; readonly id: number; readonly rules: readonly NetworkRule[] };

export type CommonFromHost =
  /** The engine was started and the address is bound. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly why: string }
  /** Comes with the socket of a client that the network cuts off; the host ends. */
  | { readonly kind: 'cut-off'; readonly from: string }
  /** The rules of that message hold. */
  | { readonly kind: 'network-holds'; readonly id: number };
