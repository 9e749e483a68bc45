/** The shipped functions, as one object, so that a planted defect can take the place of one of them. */

import * as shipped from '../../../../core/cache/protocol/index.ts';

/** What the ports and the router do between these functions. */
interface Rules {
  /** The ring that a transaction records under: it has locked the row. */
  ringAtCommit(ledger: shipped.Ledger, view: shipped.RingView): shipped.RingRow;
  /** As `readSightOf` of the router. */
  isStillPlaced(view: shipped.RingView, ring: number, now: number): boolean;
}

export type Protocol = typeof shipped & Rules;

export const SHIPPED: Protocol = {
  ...shipped,
  ringAtCommit: ({ ring }) => ring,
  isStillPlaced: (view, ring, now) => view.row.epoch === ring && shipped.isLeased(view, now),
};
