/** The shop's web tier: has the service `shop` answer, through Understudy's pool of it and by the rules in force. */

import { openServicePool, openStrategy } from '../../runtime/index.ts';
import { drainMsOf } from '../shared/http-server.ts';
import { readTask } from '../shared/task.ts';
import { readConfig } from './config.ts';
import { serve } from './server.ts';

/** Longest wait for the first list of instances before it serves. */
const READY_MS_MAX = 5000;
const DRAIN_MS = 5000;

const config = readConfig(process.env);
const stop = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
});
const task = await readTask(process.env, 'web');
const { host, port, region, namespace, service, frontTable, traces } = config;
const opened = openServicePool({ region, namespace, service, az: task.az });
const strategy = openStrategy({
  service,
  ...(frontTable === undefined ? {} : { table: frontTable, region }),
});
await Promise.race([Promise.all([opened.pool.ready(READY_MS_MAX), strategy.ready()]), stop]);
const web = { pool: opened.pool, strategy, task, traces };
const server = await serve(web, { host, port, drainMs: drainMsOf(process.env) });
process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);
await stop;
await server.close();
strategy.close();
await opened.close(DRAIN_MS);
