/** What `ChangeResourceRecordSets` refuses, and what a zone's records are after a batch that it takes. */

import { isDeepStrictEqual } from 'node:util';
import { type HostedRecordSet, recordKey } from '../../twin/dns/index.ts';
import { AwsError } from '../kernel/index.ts';
import { type HostedZone, isApexRecord, type RecordChange } from './hosted-zone.ts';

/** Developer Guide, "Quotas": resource records a request, an UPSERT counted twice. */
const RECORDS_MAX = 1_000;

/**
 * The records after the batch. Its changes are made in order on a copy, so that a refused batch changes nothing.
 * @throws AwsError `InvalidChangeBatch` with every reason
 */
export function applyBatch(
  zone: HostedZone,
  changes: readonly RecordChange[],
): ReadonlyMap<string, HostedRecordSet> {
  const after = new Map(zone.written);
  const faults = [...sizeFaults(changes)];
  for (const change of changes) {
    const fault = changeFault(zone, after, change);
    if (fault !== null) faults.push(fault);
    const key = recordKey(change.record);
    if (change.action === 'DELETE') after.delete(key);
    else after.set(key, change.record);
  }
  faults.push(...mixtureFaults(after, changes));
  if (faults.length === 0) return after;
  throw new AwsError('InvalidChangeBatch', `[${[...new Set(faults)].join(', ')}]`, {
    fields: { messages: [...new Set(faults)] },
  });
}

function sizeFaults(changes: readonly RecordChange[]): readonly string[] {
  if (changes.length === 0) return ['The change batch contains no changes'];
  const records = changes.reduce(
    (sum, { action, record }) => sum + Math.max(1, record.values.length) * (action === 'UPSERT' ? 2 : 1),
    0,
  );
  return records > RECORDS_MAX ? [`Number of records limit of ${RECORDS_MAX} exceeded.`] : [];
}

function changeFault(
  zone: HostedZone,
  records: ReadonlyMap<string, HostedRecordSet>,
  { action, record }: RecordChange,
): string | null {
  const { name, type, setIdentifier } = record;
  const shown = `[name='${name}.', type='${type}'${setIdentifier === null ? '' : `, set-identifier='${setIdentifier}'`}]`;
  if (name !== zone.name && !name.endsWith(`.${zone.name}`)) {
    return `RRSet with DNS name ${name}. is not permitted in zone ${zone.name}.`;
  }
  if (action !== 'UPSERT' && isApexRecord(zone, record)) {
    return `A HostedZone must contain exactly one ${type} record for its own name: ${shown}`;
  }
  if (type === 'CNAME' && name === zone.name) {
    return `RRSet of type CNAME with DNS name ${name}. is not permitted at apex in zone ${zone.name}.`;
  }
  const known = records.get(recordKey(record));
  if (action === 'CREATE' && known) {
    return `Tried to create resource record set ${shown} but it already exists`;
  }
  if (action !== 'DELETE') return null;
  if (!known) return `Tried to delete resource record set ${shown} but it was not found`;
  if (sameRecord(known, record)) return null;
  return `Tried to delete resource record set ${shown} but the values provided do not match the current values`;
}

/** Every value counts, in whatever order. */
export function sameRecord(one: HostedRecordSet, other: HostedRecordSet): boolean {
  const plain = (record: HostedRecordSet) => ({ ...record, values: record.values.toSorted() });
  return isDeepStrictEqual(plain(one), plain(other));
}

/** A name and type has one kind of routing; a failover pair one record set of each role; a CNAME stands alone. */
function mixtureFaults(
  after: ReadonlyMap<string, HostedRecordSet>,
  changes: readonly RecordChange[],
): readonly string[] {
  const touched = new Set(changes.map(({ record }) => record.name));
  return [...touched].flatMap((name) => {
    const here = [...after.values()].filter((record) => record.name === name);
    const types = [...new Set(here.map(({ type }) => type))];
    const faults = types.flatMap((type) => routingFaults(here.filter((record) => record.type === type)));
    if (types.includes('CNAME') && types.length > 1) {
      faults.push(
        `RRSet of type CNAME with DNS name ${name}. is not permitted as it conflicts with other records`,
      );
    }
    return faults;
  });
}

function routingFaults(records: readonly HostedRecordSet[]): readonly string[] {
  const [first] = records;
  if (first === undefined) return [];
  const kinds = new Set(records.map(({ routing }) => routing.kind));
  const of = `with the same name [name='${first.name}.', type='${first.type}']`;
  if (kinds.size > 1) return [`RRSets ${of} must have the same routing policy`];
  const roles = records.flatMap(({ routing }) => (routing.kind === 'failover' ? [routing.role] : []));
  return new Set(roles).size < roles.length ? [`Duplicate failover role ${of}`] : [];
}
