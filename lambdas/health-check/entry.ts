/** Wires the prober: PostgreSQL's driver, signed tokens, the state table through the gateway endpoint. */

import { elastiCacheToken } from '../../runtime/adapters/elasticache-token.ts';
import { CACHE_ENV, DATABASE_ENV, FRONT_ENV } from '../shared/contract.ts';
import { commonSettings, EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { databaseToken } from '../shared/aws/database-token.ts';
import { proberCacheStateStore, proberFrontStore, proberStateStore } from '../shared/aws/dynamo-client.ts';
import { emfMetrics } from '../shared/aws/emf-line.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { ENV } from './contract.ts';
import { createHandler, type ProberReport } from './handler.ts';
import { HttpProbe } from './http-probe.ts';
import { PgProbe } from './pg-probe.ts';
import { RedisProbe } from './redis-probe.ts';

const reader = new EnvironmentReader(process.env);
const { env, functionName, table, region } = commonSettings(reader);
const az = reader.text(ENV.az);
const members = reader.members();
const port = reader.number(DATABASE_ENV.port, { min: 1, max: 65_535 });
const database = reader.text(DATABASE_ENV.database);
const user = reader.text(DATABASE_ENV.probeUser);
const shards = reader.cacheShards();
const cacheUser = shards.length === 0 ? '' : reader.text(CACHE_ENV.probeUser);
const [frontTable] = reader.list(FRONT_ENV.table);
reader.done(functionName);

const clock = systemClock;
const run = createHandler(
  {
    clock,
    store: proberStateStore(table),
    probe: new PgProbe({ clock, port, database, user, az, token: databaseToken({ region, user }) }),
    metrics: emfMetrics({ now: clock.now, write: (line) => process.stdout.write(line) }),
    log: powertoolsLog(functionName),
    ...(shards.length === 0 ? {} : { cache: { store: proberCacheStateStore(table), probe: shardProbe() } }),
    ...(frontTable === undefined
      ? {}
      : { front: { store: proberFrontStore(frontTable), probe: new HttpProbe({ clock }) } }),
  },
  { env, az, members, shards },
);

export const handler = (event: unknown, context: LambdaContext): Promise<ProberReport> =>
  run(event, invocationOf(context));

function shardProbe(): RedisProbe {
  const password = elastiCacheToken({ region, user: cacheUser });
  return new RedisProbe({ clock, tls: {}, login: { user: cacheUser, password } });
}
