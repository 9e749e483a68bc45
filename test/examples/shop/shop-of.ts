import { DirectCatalog, type Catalog, type CatalogProduct } from '../../../examples/shop/catalog.ts';
import type { CatalogStore } from '../../../examples/shop/catalog-store.ts';
import { TokenVerifier } from '../../../examples/shop/identity.ts';
import { Quotes, type QuotesOptions } from '../../../examples/shop/quotes.ts';
import type { Shop } from '../../../examples/shop/server.ts';
import type { Store } from '../../../examples/shop/store.ts';

/** A shop over any store, without a throttle unless one is given, and with a catalogue in memory. */
export function shopOf(store: Store, options: Partial<QuotesOptions> = {}, catalog?: Catalog): Shop {
  const verifier = new TokenVerifier(null);
  const config = { slots: 4, workMs: 40 };
  return {
    store,
    quotes: new Quotes({ store, verifier, config, ...options }),
    catalog: catalog ?? new DirectCatalog(new MemoryCatalogStore()),
  };
}

/** Three products, of version 1 at first. */
export class MemoryCatalogStore implements CatalogStore<unknown> {
  readonly products = new Map<number, CatalogProduct>(
    [1, 2, 3].map((id) => [id, { id, name: `Product ${id}`, priceCents: 100, version: 1 }]),
  );

  product(id: number): Promise<CatalogProduct | null> {
    return Promise.resolve(this.products.get(id) ?? null);
  }

  async setPrice<Note>(
    { id, priceCents }: { readonly id: number; readonly priceCents: number },
    note: (session: unknown) => Promise<Note>,
  ): Promise<{ readonly version: number; readonly noted: Note } | null> {
    const before = this.products.get(id);
    if (before === undefined) return null;
    const noted = await note(null);
    const version = before.version + 1;
    this.products.set(id, { ...before, priceCents, version });
    return { version, noted };
  }
}
