/**
 * A program that uses Aurora through AWS's own driver: it writes without end (with `DRIVER_WRITES=yes`, else it only
 * reads), and says on standard output what it sees, one JSON line each. It knows one endpoint alone; members, roles and a new writer it finds by itself. Runs as
 * a process of its own with the sandbox's lookup preload, and ends with its standard input.
 */

import fs from 'node:fs';
import { AwsPGClient } from 'aws-advanced-nodejs-wrapper/pg';

/** What the program says. `writer` and `readers` are instance endpoints. */
export type Said =
  | { readonly said: 'topology'; readonly writer: string; readonly readers: readonly string[] }
  | { readonly said: 'wrote'; readonly id: number; readonly server: string }
  | { readonly said: 'failed'; readonly error: string; readonly message: string };

/** What this program uses of the driver, whose own types do not resolve under this project's module rules. */
interface Driver {
  connect(): Promise<void>;
  query(query: { text: string; values?: unknown[] }): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
  readonly pluginService: {
    refreshHostList(): Promise<void>;
    getAllHosts(): readonly { readonly host: string; readonly role: string }[];
  };
}

const PAUSE_MS = 100;
const END_MS_MAX = 5000;
const CREATE = 'CREATE TABLE IF NOT EXISTS driver_writes (driver text, id int, PRIMARY KEY (driver, id))';
/** A write whose answer was lost is written again under its id. */
const WRITE = `INSERT INTO driver_writes VALUES ($1, $2) ON CONFLICT DO NOTHING`;

const tell = (line: Said) => process.stdout.write(`${JSON.stringify(line)}\n`);
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

const { DATABASE_ENDPOINT: host, DATABASE_NAME: database, DATABASE_USER: user } = process.env;
const plugins = process.env['DRIVER_PLUGINS'] ?? '';
const writes = process.env['DRIVER_WRITES'] === 'yes';
/** What the driver gives up with. Its guide: open a new connection. */
const GAVE_UP = 'FailoverFailedError';

async function open(): Promise<Driver> {
  const driver = new (AwsPGClient as unknown as new (config: object) => Driver)({
    host,
    database,
    user,
    port: 5432,
    // verify-full: the driver checks the chain, and the name that it connects to.
    ssl: { ca: fs.readFileSync(process.env['DATABASE_CA']!, 'utf8') },
    plugins,
    failoverTimeoutMs: 30_000,
    clusterTopologyRefreshRateMs: 500,
    wrapperConnectTimeout: 2_000,
    wrapperQueryTimeout: 5_000,
  });
  await driver.connect();
  return driver;
}

const input = process.stdin.resume();

let driver = await open();
// Two that create one table at one time collide in PostgreSQL's catalogue, IF NOT EXISTS or not.
if (writes) await driver.query({ text: CREATE }).catch(() => driver.query({ text: CREATE }));
await workOn();
// How the driver closes is not what is tried here: one that waits for a dead host is left behind.
await Promise.race([driver.end(), new Promise((resolve) => setTimeout(resolve, END_MS_MAX))]);
process.exit(0);

async function workOn(): Promise<void> {
  let id = 1;
  let topology = '';
  while (!input.readableEnded) {
    try {
      if (writes) await driver.query({ text: WRITE, values: [plugins, id] });
      const { rows } = await driver.query({ text: 'SELECT aurora_db_instance_identifier() AS server' });
      if (writes) tell({ said: 'wrote', id, server: String(rows[0]!['server']) });
      id += 1;
      topology = await tellTopology(topology);
    } catch (error) {
      const { message, constructor: kind } = error as Error;
      tell({ said: 'failed', error: kind.name, message });
      if (kind.name === GAVE_UP) driver = await open().catch(() => driver);
    }
    await pause();
  }
}

/** Says what the driver takes for the cluster's members, when it differs from what was said before. */
async function tellTopology(before: string): Promise<string> {
  await driver.pluginService.refreshHostList();
  const hosts = driver.pluginService.getAllHosts();
  const of = (role: string) => hosts.filter((one) => one.role === role).map((one) => one.host);
  const topology: Said = { said: 'topology', writer: of('writer')[0] ?? '', readers: of('reader').sort() };
  const now = JSON.stringify(topology);
  if (now !== before) tell(topology);
  return now;
}
