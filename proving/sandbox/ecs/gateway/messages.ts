/** What the supervisor and the gateway's process say to each other. */

import type { NetworkRule } from '../../network/rule.ts';

export interface GatewaySetup {
  /** Where tasks tell of what they listen on; 0 takes a free port. */
  readonly controlPort: number;
  readonly rules: readonly NetworkRule[];
  readonly tasks: readonly GatewayTask[];
}

export interface GatewayTask {
  readonly id: string;
  /** Its own address, which the gateway serves. */
  readonly address: string;
  /** Where its process listens. */
  readonly hidden: string;
}

export type ToGateway =
  | { readonly kind: 'setup'; readonly setup: GatewaySetup }
  | { readonly kind: 'network'; readonly id: number; readonly rules: readonly NetworkRule[] }
  | { readonly kind: 'add'; readonly task: GatewayTask }
  | { readonly kind: 'remove'; readonly id: string };

export type FromGateway =
  | { readonly kind: 'ready'; readonly controlPort: number }
  | { readonly kind: 'failed'; readonly why: string }
  /** The rules of that message hold. */
  | { readonly kind: 'network-holds'; readonly id: number }
  /** A task listens, and its own address cannot be served. */
  | { readonly kind: 'unserved'; readonly task: string; readonly port: number; readonly why: string };
