import { TokenVerifier } from '../../../examples/shop/identity.ts';
import { Quotes, type QuotesOptions } from '../../../examples/shop/quotes.ts';
import type { Shop } from '../../../examples/shop/server.ts';
import type { Store } from '../../../examples/shop/store.ts';

/** A shop over any store, without a throttle unless one is given. */
export function shopOf(store: Store, options: Partial<QuotesOptions> = {}): Shop {
  const verifier = new TokenVerifier(null);
  const config = { slots: 4, workMs: 40 };
  return { store, quotes: new Quotes({ store, verifier, config, ...options }) };
}
