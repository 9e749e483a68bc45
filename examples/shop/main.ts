/** A shop whose catalogue is read and whose orders are written through Understudy's pools, behind its throttle. */

import { openAurora } from '../../runtime/index.ts';
import { readConfig } from './config.ts';
import { TokenVerifier } from './identity.ts';
import { PoolStore } from './pool-store.ts';
import { runShop } from './process.ts';
import { Quotes } from './quotes.ts';
import { openShopThrottle } from './throttle.ts';

/** Longest wait for the first lease before serving begins. */
const LEASE_MS_MAX = 5000;

const config = readConfig(process.env);
const store = new PoolStore(openAurora(config.database), config.database.user);
const verifier = new TokenVerifier(config.tokenKey);
const throttle = openShopThrottle(config.throttle, verifier);
const { guard, describe } = throttle;
const quotes = new Quotes({ store, verifier, config: config.quotes, guard, describeGuard: describe });
await runShop({ store, quotes, ready: () => throttle.ready(LEASE_MS_MAX) }, config);
await throttle.close();
