/** Lines that work when pasted into another terminal. */

import { output } from '../../ops/outputs.ts';
import { APPLICATION } from './applications.ts';
import type { Standing } from './stand-up.ts';

export async function handyLines({ client, outputs, place, applicationUrl }: Standing): Promise<string[]> {
  const { card } = client;
  const endpoint = place.clusterEndpoint;
  const address = (await place.resolve(endpoint)) ?? '';
  const [host, port] = card.dns.split(':');
  const connection = [
    `host=${endpoint}`,
    `hostaddr=${address}`,
    `dbname=${output(outputs, 'DatabaseName')}`,
    `user=${APPLICATION}`,
    'sslmode=verify-full',
    `sslrootcert=${card.caFile}`,
  ].join(' ');
  return [
    'to look inside, from this folder in another terminal:',
    `  curl -s ${applicationUrl}/products/1`,
    `  dig @${host} -p ${port} +short ${endpoint}`,
    `  PGPASSWORD="$(npx understudy token)" psql "${connection}" -c 'select * from aurora_replica_status()'`,
    '  eval "$(npx understudy env)"   # then the stock tools reach the sandbox:',
    `  aws --endpoint-url ${card.url} rds describe-db-clusters`,
  ];
}
