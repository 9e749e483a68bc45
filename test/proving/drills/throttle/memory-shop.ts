/** The example application, or its control, as a process of its own with a catalogue in memory: no database, no AWS. */

import { DirectCatalog } from '../../../../examples/shop/catalog.ts';
import { TokenVerifier } from '../../../../examples/shop/identity.ts';
import { runShop } from '../../../../examples/shop/process.ts';
import { Quotes } from '../../../../examples/shop/quotes.ts';
import { readConfig } from '../../../../examples/shop/config.ts';
import type { Store } from '../../../../examples/shop/store.ts';
import { openShopThrottle } from '../../../../examples/shop/throttle.ts';
import { MemoryCatalogStore } from '../../../examples/shop/shop-of.ts';

const store: Store = {
  prepare: async () => undefined,
  product: async (id) => ({ id, name: `Product ${id}`, priceCents: 100, servedBy: 'memory' }),
  placeOrder: async () => '0',
  order: async () => null,
  status: () => ({}),
  close: async () => undefined,
};

const nowhere = {
  DATABASE_ENDPOINT: 'nowhere',
  DATABASE_READER_ENDPOINT: 'nowhere',
  DATABASE_NAME: 'none',
  DATABASE_USER: 'shop',
  AWS_REGION: 'us-east-1',
};
const config = readConfig({ ...nowhere, ...process.env });
const verifier = new TokenVerifier(config.tokenKey);
const isControl = process.argv[2] === 'control';
const throttle = isControl ? null : openShopThrottle(config.throttle, verifier);
const guarded = throttle ? { guard: throttle.guard, describeGuard: throttle.describe } : {};
const quotes = new Quotes({ store, verifier, config: config.quotes, ...guarded });
await runShop({ store, quotes, catalog: new DirectCatalog(new MemoryCatalogStore()) }, config);
await throttle?.close();
