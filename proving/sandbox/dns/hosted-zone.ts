/** A hosted zone: what its owner wrote, and what its name servers already answer with. */

import { type HostedRecordSet, plainName, recordKey } from '../../twin/dns/index.ts';

export type Action = 'CREATE' | 'DELETE' | 'UPSERT';

export interface RecordChange {
  readonly action: Action;
  readonly record: HostedRecordSet;
}

export interface ZoneRecords {
  readonly byKey: ReadonlyMap<string, HostedRecordSet>;
}

export interface HostedZone {
  /** `Z…`, without `/hostedzone/`. */
  readonly id: string;
  /** Without a trailing dot. */
  readonly name: string;
  readonly isPrivate: boolean;
  readonly callerReference: string;
  comment: string;
  /** As the API shows it. */
  written: ReadonlyMap<string, HostedRecordSet>;
  /** As the name servers answer: what was written some seconds ago. */
  served: ReadonlyMap<string, HostedRecordSet>;
}

/** Every hosted zone has four name servers. Here their names lead nowhere: the stub asks the sandbox's own server. */
export const NAME_SERVERS = [
  'ns-1.awsdns-00.com',
  'ns-2.awsdns-00.net',
  'ns-3.awsdns-00.org',
  'ns-4.awsdns-00.co.uk',
] as const;

const NS_TTL_S = 172_800;
const SOA_TTL_S = 900;

/** The two record sets that a zone is made with, and that cannot be deleted. */
export function apexRecords(zone: string): ReadonlyMap<string, HostedRecordSet> {
  const plain = { name: plainName(zone), routing: { kind: 'simple' }, setIdentifier: null } as const;
  const rest = { alias: null, healthCheckId: null } as const;
  const soa = `${NAME_SERVERS[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  const values = NAME_SERVERS.map((server) => `${server}.`);
  const both: readonly HostedRecordSet[] = [
    { ...plain, ...rest, type: 'NS', ttlS: NS_TTL_S, values },
    { ...plain, ...rest, type: 'SOA', ttlS: SOA_TTL_S, values: [soa] },
  ];
  return new Map(both.map((record) => [recordKey(record), record]));
}

export function isApexRecord(zone: HostedZone, { name, type }: HostedRecordSet): boolean {
  return name === zone.name && (type === 'NS' || type === 'SOA');
}
