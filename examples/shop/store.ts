/** What the shop needs of its database. `pool-store.ts` keeps it with Understudy, `control.ts` without. */

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
  /** The member that answered. */
  readonly servedBy: string;
}

export interface Order {
  readonly id: string;
  readonly productId: number;
  readonly quantity: number;
}

export interface Store {
  /** Makes schema, tables and products where they are not there yet. */
  prepare(): Promise<void>;
  product(id: number): Promise<Product | null>;
  /** Stores the order once, however often it is sent. Returns the position a later read may ask for. */
  placeOrder(order: Order): Promise<string>;
  order(id: string, after: string | null): Promise<Order | null>;
  status(): object;
  close(): Promise<void>;
}

export const PRODUCTS = 1000;
/** Products of the catalogue that is cached: enough that each shard holds many. */
export const CATALOG_PRODUCTS = 4000;

/** The statements of one shop, whose tables live in the schema of its database user. */
export interface Statements {
  readonly prepare: readonly string[];
  readonly schemaExists: string;
  readonly createSchema: string;
  readonly product: string;
  readonly placeOrder: string;
  readonly order: string;
  readonly catalogProduct: string;
  readonly setPrice: string;
}

export function statements(user: string): Statements {
  const schema = `"${user.replaceAll('"', '""')}"`;
  return {
    // CREATE SCHEMA IF NOT EXISTS asks for the right to create one even where it exists: look first.
    schemaExists: 'select 1 from pg_namespace where nspname = $1',
    createSchema: `create schema ${schema}`,
    prepare: [
      `create table if not exists ${schema}.products (
         id int primary key, name text not null, price_cents int not null)`,
      `create table if not exists ${schema}.orders (
         id uuid primary key, product_id int not null, quantity int not null,
         created_at timestamptz not null default now(), requests uuid[] not null)`,
      `insert into ${schema}.products (id, name, price_cents)
         select g, 'Product ' || g, 100 + (g * 37) % 9900 from generate_series(1, ${PRODUCTS}) g
         on conflict (id) do nothing`,
      // Free places in each page: a product that changes stays where it is.
      `create table if not exists ${schema}.catalog (
         id int primary key, name text not null, price_cents int not null, version int not null default 1
       ) with (fillfactor = 50)`,
      `insert into ${schema}.catalog (id, name, price_cents)
         select g, 'Product ' || g, 100 + (g * 37) % 9900 from generate_series(1, ${CATALOG_PRODUCTS}) g
         on conflict (id) do nothing`,
    ],
    product: `select id, name, price_cents from ${schema}.products where id = $1`,
    // Stored once; every request that asked for it is noted once, so that one that was acted on twice can be seen.
    placeOrder: `insert into ${schema}.orders as o (id, product_id, quantity, requests)
                   values ($1, $2, $3, array[$4::uuid])
                   on conflict (id) do update set requests = o.requests || excluded.requests
                   where not o.requests @> excluded.requests`,
    order: `select id, product_id, quantity from ${schema}.orders where id = $1`,
    catalogProduct: `select id, name, price_cents, version from ${schema}.catalog where id = $1`,
    setPrice: `update ${schema}.catalog set price_cents = $2, version = version + 1 where id = $1
                 returning id, name, price_cents, version`,
  };
}

export interface ProductRow {
  readonly id: number;
  readonly name: string;
  readonly price_cents: number;
}

export interface OrderRow {
  readonly id: string;
  readonly product_id: number;
  readonly quantity: number;
}

export function toOrder(row: OrderRow | undefined): Order | null {
  return row ? { id: row.id, productId: row.product_id, quantity: row.quantity } : null;
}
