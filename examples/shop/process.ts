/** What both shops do as a process: prepare, serve, say so, and drain on SIGTERM. */

import { serve, type Shop, type ShopAddress } from './server.ts';
import type { Store } from './store.ts';

const PREPARE_PAUSE_MS = 250;
const PREPARE_MS_MAX = 120_000;

export interface ShopProcess extends Shop {
  /** Awaited before it serves; false is good enough. @default - nothing is awaited */
  ready?(): Promise<boolean>;
}

export async function runShop(shop: ShopProcess, address: ShopAddress): Promise<void> {
  const { store, catalog } = shop;
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  if (await prepared(store, stop.signal)) {
    await shop.ready?.();
    const server = await serve(shop, address);
    process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);
    await aborted(stop.signal);
    await server.close();
  }
  await catalog.close();
  await store.close();
}

/** The database may still be on its way up: try until it is there. False when asked to stop meanwhile. */
async function prepared(store: Store, stop: AbortSignal): Promise<boolean> {
  const until = performance.now() + PREPARE_MS_MAX;
  while (!stop.aborted) {
    try {
      await store.prepare();
      return true;
    } catch (error) {
      if (performance.now() > until) throw error;
      process.stderr.write(`shop: the database is not ready yet: ${String(error)}\n`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, PREPARE_PAUSE_MS);
    });
  }
  return false;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
