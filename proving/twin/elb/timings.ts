/** Times of a balancer's nodes that AWS does not document: assumed, at AWS's pace. */

/** A node that does not answer, dead or stopped, leaves the balancer's name after this long, ms. */
export const NODE_UNPUBLISHED_MS = 60_000;

/** A node whose process is dead is replaced after this long, ms. */
export const NODE_REPLACED_MS = 120_000;

/** How long clients may keep the addresses of a balancer's name, in s: as AWS answers it, at every pace. */
export const NAME_TTL_S = 60;
