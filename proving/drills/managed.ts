/**
 * Watches the managed part of a writer failover from an independent socket: it is over when the cluster
 * endpoint resolves to another member than before and a write through it succeeds.
 */

import { Client } from 'pg';
import type { DrillPlace } from './ports.ts';
import { now } from './load/index.ts';

const POLL_MS = 25;
const ATTEMPT_MS = 1000;

export interface ManagedWatch {
  /** Epoch ms of the first such write; null when it did not happen in time. */
  readonly done: Promise<number | null>;
}

/** Starts watching. `oldAddress` is the address of the writer that is broken; gives up after `timeoutMs`. */
export function watchManaged(place: DrillPlace, oldAddress: string, timeoutMs: number): ManagedWatch {
  return { done: watch(place, oldAddress, now() + timeoutMs) };
}

async function watch(place: DrillPlace, oldAddress: string, deadline: number): Promise<number | null> {
  while (now() < deadline) {
    const address = await place.resolve(place.clusterEndpoint).catch(() => null);
    if (address && address !== oldAddress && (await writes(place, address))) return now();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return null;
}

/** True when a committed write through a new connection succeeds. */
async function writes(place: DrillPlace, address: string): Promise<boolean> {
  const config = await place.connection(address, place.clusterEndpoint);
  const client = new Client({ ...config, connectionTimeoutMillis: ATTEMPT_MS, query_timeout: ATTEMPT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('create table if not exists drill_marks (at timestamptz not null)');
    await client.query('insert into drill_marks values (now())');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
