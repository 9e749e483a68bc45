import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientConfig } from './clients.ts';
import { DynamoCacheStateStore } from './cache-state-store.ts';
import { DynamoFrontStore } from './front-store.ts';
import { DynamoStateStore } from './state-store.ts';

/** Conditional writes make a repeated request harmless, so the SDK may try again. */
const REQUEST_MS = 1500;
const TRIES = 3;
const PROBER_REQUEST_MS = 800;
const PROBER_TRIES = 1;

/** The state table for functions that decide. */
export function stateStore(table: string): DynamoStateStore {
  return new DynamoStateStore(deciders(), table);
}

/** The cache's items of it. */
export function cacheStateStore(table: string): DynamoCacheStateStore {
  return new DynamoCacheStateStore(deciders(), table);
}

/** The front table for whoever decides. */
export function frontStore(table: string): DynamoFrontStore {
  return new DynamoFrontStore(deciders(), table);
}

/** The state table for probers: a slow table may cost them part of a sweep, never the next one. */
export function proberStateStore(table: string): DynamoStateStore {
  return new DynamoStateStore(probers(), table);
}

export function proberCacheStateStore(table: string): DynamoCacheStateStore {
  return new DynamoCacheStateStore(probers(), table);
}

export function proberFrontStore(table: string): DynamoFrontStore {
  return new DynamoFrontStore(probers(), table);
}

function deciders(): DynamoDBClient {
  return new DynamoDBClient(clientConfig({ requestMs: REQUEST_MS, tries: TRIES }));
}

function probers(): DynamoDBClient {
  return new DynamoDBClient(clientConfig({ requestMs: PROBER_REQUEST_MS, tries: PROBER_TRIES }));
}
