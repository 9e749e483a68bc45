/**
 * The shards of one copy of the cache as one text, in the order of the shards:
 *
 *     demo-cache-0=master.demo-cache-0.abc.use1.cache.amazonaws.com:6379,demo-cache-1=...
 *
 * The order decides where a key lives, so every process must be told the same one: an id ends in its shard's number.
 */

import { type Fault, InvalidInput } from '../errors.ts';
import { SHARDS_MAX } from './shard.ts';

export interface ShardEndpoint {
  /** The replication group, `<name>-<n>`, n being the shard. */
  readonly id: string;
  /** The primary endpoint: the name that the server's certificate carries. */
  readonly host: string;
  readonly port: number;
}

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*-(?:0|[1-9][0-9]*)$/;
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const PORT_MAX = 65_535;
const FIX = 'give the output of the stack of the cache as it is: <group id>=<host>:<port>,...';

/** The text of endpoints that are in the order of the shards. A part may be a token of a template. */
export function formatShards(
  endpoints: readonly { readonly id: string; readonly host: string; readonly port: number | string }[],
): string {
  return endpoints.map(({ id, host, port }) => `${id}=${host}:${port}`).join(',');
}

/** By shard. @throws InvalidInput naming every fault; `field` is what the text is called there */
export function parseShards(text: string, field = 'shards'): readonly ShardEndpoint[] {
  const parts = text === '' ? [] : text.split(',');
  const faults: Fault[] = [];
  if (parts.length < 1 || parts.length > SHARDS_MAX) {
    const rule = `must name 1 to ${SHARDS_MAX} shards`;
    throw new InvalidInput('The list of shards', [{ field, value: text, rule, fix: FIX }]);
  }
  const endpoints = parts.map((part, shard) => endpointOf(part, { field, shard, faults }));
  const seen = new Set<string>();
  for (const [shard, { host, port }] of endpoints.entries()) {
    const address = `${host.toLowerCase()}:${port}`;
    if (seen.has(address)) {
      const rule = 'each shard has an address of its own';
      faults.push({ field: `${field}[${shard}]`, value: parts[shard], rule, fix: FIX });
    }
    seen.add(address);
  }
  if (faults.length > 0) throw new InvalidInput('The list of shards', faults);
  return endpoints;
}

function endpointOf(
  part: string,
  { field, shard, faults }: { readonly field: string; readonly shard: number; readonly faults: Fault[] },
): ShardEndpoint {
  const equals = part.indexOf('=');
  const colon = part.lastIndexOf(':');
  const id = part.slice(0, Math.max(0, equals));
  const host = part.slice(equals + 1, Math.max(equals + 1, colon));
  const port = part.slice(colon + 1);
  const refuse = (rule: string): void =>
    void faults.push({ field: `${field}[${shard}]`, value: part, rule, fix: FIX });
  if (equals < 0 || colon < equals) refuse('must be <group id>=<host>:<port>');
  else if (!ID.test(id))
    refuse("a group id has lower-case letters, digits and single '-', and ends in '-<n>'");
  else if (!id.endsWith(`-${shard}`)) refuse(`is the shard ${shard}, and its id must end in '-${shard}'`);
  else if (!HOST.test(host)) refuse('must have a host name');
  else if (!PORT.test(port) || Number(port) > PORT_MAX) refuse(`must have a port from 1 to ${PORT_MAX}`);
  return { id, host, port: Number(port) };
}
