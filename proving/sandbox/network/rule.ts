/** What the network between two ends does to their bytes. */

export type NetworkEffect =
  /** Nothing arrives, in either direction: no answer, no refusal, no end. What was sent arrives when the rule is gone. */
  | { readonly kind: 'drop' }
  /** Everything arrives this much later, in order: the delay of one direction, in ms. */
  | { readonly kind: 'delay'; readonly ms: number };

/** Holds for connections that are open already, too. Of several rules the first that matches counts. */
export interface NetworkRule {
  /** The loopback address that connects, or `*` for every one. */
  readonly from: string;
  /** The loopback address that is connected to, or `*` for every one. */
  readonly to: string;
  readonly effect: NetworkEffect;
}
