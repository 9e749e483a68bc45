/** Two caches as one: values come from the inner one into the outer one. */

export type Layer = 'inner' | 'outer';

/**
 * The order of every invalidation, each acknowledged before the next is begun; whoever finishes what another one has
 * left does all of it again. A fill of the outer cache that begins after its own deletion then finds nothing in the
 * inner one that it must not keep; one that began before has lost its token.
 */
export const INVALIDATION_ORDER: readonly [Layer, Layer] = ['inner', 'outer'];
