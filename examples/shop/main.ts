/** A shop that reads and writes through Understudy's pools and cache, behind its throttle. */

import { openAurora } from '../../runtime/index.ts';
import { readTask } from '../shared/task.ts';
import { readConfig } from './config.ts';
import { TokenVerifier } from './identity.ts';
import { openCatalog } from './open-catalog.ts';
import { PoolStore } from './pool-store.ts';
import { runShop } from './process.ts';
import { Quotes } from './quotes.ts';
import { openShopThrottle } from './throttle.ts';

/** Longest wait for the first lease before serving begins. */
const LEASE_MS_MAX = 5000;

const config = readConfig(process.env);
const database = openAurora(config.database);
const store = new PoolStore(database, config.database.user);
const opened = openCatalog(config, database);
const verifier = new TokenVerifier(config.tokenKey);
const throttle = openShopThrottle(config.throttle, verifier);
const { guard, describe } = throttle;
const quotes = new Quotes({ store, verifier, config: config.quotes, guard, describeGuard: describe });
const ready = async (): Promise<boolean> => {
  const all = await Promise.all([throttle.ready(LEASE_MS_MAX), opened.ready()]);
  return all.every(Boolean);
};
const task = await readTask(process.env, 'service');
const { traces } = config;
await runShop({ store, quotes, catalog: opened.catalog, ready, task, traces }, config);
await throttle.close();
