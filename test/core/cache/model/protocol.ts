/** The shipped functions, as one object, so that a planted defect can take the place of one of them. */

import * as shipped from '../../../../core/cache/protocol/index.ts';

export type Protocol = typeof shipped;

export const SHIPPED: Protocol = { ...shipped };
