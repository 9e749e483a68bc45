/** A shop whose catalogue is read and whose orders are written through Understudy's pools. */

import { openAurora } from '../../runtime/index.ts';
import { readConfig } from './config.ts';
import { PoolStore } from './pool-store.ts';
import { runShop } from './process.ts';

const config = readConfig(process.env);
await runShop(new PoolStore(openAurora(config.database), config.database.user), config);
