/** Ways to find the server of a key: ours, and those that are used with Node. Each takes a key and gives a number. */

import { createRequire } from 'node:module';
import slotOfKey from 'cluster-key-slot';
import { shardOf } from '../../core/cache/index.ts';

export interface Router {
  readonly name: string;
  /** Routing among servers 0 to `servers` - 1 without those that are dead, as its users do. */
  route(servers: number, dead?: number): (key: string) => number;
}

interface Ring {
  get(key: string): string;
  remove(server: string): unknown;
}
interface ConsistentHashPackage {
  new (): Ring & { add(server: string): unknown };
}
interface HashRingPackage {
  new (servers: readonly string[]): Ring;
}

// They are CommonJS and have no types.
const require = createRequire(import.meta.url);
const ConsistentHash = require('consistent-hash') as ConsistentHashPackage;
const HashRing = require('hashring') as HashRingPackage;

/** It cannot be told who is dead: that is the point (I-20). */
export const OURS: Router = {
  name: 'shardOf',
  route: (servers) => (key) => shardOf(key, servers),
};

/** Slots of a Redis Cluster. Where a dead server's slots go is that cluster's, so nothing is said of it here. */
export const CLUSTER_KEY_SLOT: Router = {
  name: 'cluster-key-slot',
  route: (servers) => (key) => slotOfKey(key) % servers,
};

export const RINGS: readonly Router[] = [
  {
    name: 'consistent-hash',
    route(servers, dead) {
      const ring = new ConsistentHash();
      for (const server of named(servers)) ring.add(server);
      return among(ring, dead);
    },
  },
  { name: 'hashring', route: (servers, dead) => among(new HashRing(named(servers)), dead) },
];

function among(ring: Ring, dead: number | undefined): (key: string) => number {
  if (dead !== undefined) ring.remove(String(dead));
  return (key) => Number(ring.get(key));
}

function named(servers: number): string[] {
  return Array.from({ length: servers }, (_, server) => String(server));
}
