/** The shop's web tier: an HTTP server that has the service `shop` answer, through Understudy's pool of it. */

import { openServicePool } from '../../runtime/index.ts';
import { readConfig } from './config.ts';
import { serve } from './server.ts';

const config = readConfig(process.env);
const stop = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
});
const opened = openServicePool(config);
const server = await serve({ pool: opened.pool }, config);
process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);
await stop;
await server.close();
await opened.close();
