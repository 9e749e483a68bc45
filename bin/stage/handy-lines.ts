/** Lines that work when pasted into another terminal. */

import { output } from '../../ops/outputs.ts';
import { APPLICATION } from './applications.ts';
import type { DrillPlace } from '../../proving/drills/index.ts';
import type { Entrance, Standing } from './stand-up.ts';

export async function handyLines({ client, outputs, place, entrance }: Standing): Promise<string[]> {
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
    `  ${await curlLine(entrance, place, card.caFile)}`,
    `  dig @${host} -p ${port} +short ${endpoint}`,
    `  PGPASSWORD="$(npx understudy token)" psql "${connection}" -c 'select * from aurora_replica_status()'`,
    '  eval "$(npx understudy env)"   # then the stock tools reach the sandbox:',
    `  aws --endpoint-url ${card.url} rds describe-db-clusters`,
  ];
}

/** No system resolver knows the sandbox's names: the address is given by hand, and the name is verified all the same. */
async function curlLine(entrance: Entrance, place: DrillPlace, caFile: string): Promise<string> {
  if ('url' in entrance) return `curl -s ${entrance.url}/products/1`;
  const { url } = entrance.door;
  const host = new URL(url).hostname;
  const address = (await place.resolve(host)) ?? '';
  return `curl -s --cacert ${caFile} --resolve ${host}:443:${address} ${url}/products/1`;
}
