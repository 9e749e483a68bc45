/** How the records in the zone differ from those deployed. */

import type { AliasTarget, ExpectedRecord, PublishedRecord } from '../types.ts';
import type { Drift, RecordFacts } from './types.ts';

export interface Comparison {
  readonly drifts: readonly Drift[];
  /** What must go for the zone to be as deployed, exactly as it stands there. */
  readonly remove: readonly PublishedRecord[];
  readonly create: readonly ExpectedRecord[];
}

export function compareRecords({
  expected,
  published,
  resolves,
}: Pick<RecordFacts, 'expected' | 'resolves'> & {
  readonly published: readonly PublishedRecord[];
}): Comparison {
  const drifts: Drift[] = [];
  const remove: PublishedRecord[] = [];
  const create: ExpectedRecord[] = [];
  const tell = (kind: Drift['kind'], record: ExpectedRecord | PublishedRecord, told: string): void => {
    const { name, type, setIdentifier } = record;
    drifts.push({ kind, name, type, setIdentifier, told: `${told} ${tellRecord(record)}` });
  };
  const deployed = new Map(expected.map((record) => [identityOf(record), record]));
  const standing = new Map(published.map((record) => [identityOf(record), record]));
  for (const record of published) {
    const wanted = deployed.get(identityOf(record));
    if (wanted === undefined) tell('foreign', record, 'not deployed:');
    else if (!isSame(record, wanted)) tell('altered', record, `deployed as ${tellRecord(wanted)}, found`);
    if (wanted === undefined || !isSame(record, wanted)) remove.push(record);
    if (record.alias !== null && resolves[record.alias.dnsName] === false) {
      tell('dangling', record, 'no address for');
    }
  }
  for (const [identity, record] of deployed) {
    const found = standing.get(identity);
    if (found === undefined) tell('missing', record, 'not there:');
    if (found === undefined || !isSame(found, record)) create.push(record);
  }
  return { drifts, remove, create };
}

/** As the zone would hold it once it was made. */
export function asPublished(record: ExpectedRecord): PublishedRecord {
  return { ...record, ttlS: null, values: [], isForeign: false };
}

/** Route 53 tells records of one name and type apart by the set identifier. */
function identityOf({ name, type, setIdentifier }: ExpectedRecord | PublishedRecord): string {
  return `${name} ${type} ${setIdentifier ?? ''}`;
}

function isSame(found: PublishedRecord, wanted: ExpectedRecord): boolean {
  return (
    !found.isForeign &&
    found.failover === wanted.failover &&
    found.healthCheckId === wanted.healthCheckId &&
    found.alias !== null &&
    isSameAlias(found.alias, wanted.alias)
  );
}

/** A balancer's name may stand with `dualstack.` before it: the console writes it so, and it is the same balancer. */
function isSameAlias(a: AliasTarget, b: AliasTarget): boolean {
  const bare = ({ dnsName }: AliasTarget): string => dnsName.replace(/^dualstack\./, '');
  return (
    bare(a) === bare(b) &&
    a.hostedZoneId === b.hostedZoneId &&
    a.evaluateTargetHealth === b.evaluateTargetHealth
  );
}

function tellRecord({
  name,
  type,
  setIdentifier,
  failover,
  alias,
}: ExpectedRecord | PublishedRecord): string {
  const set = setIdentifier === null ? '' : ` ${setIdentifier}`;
  const role = failover === null ? '' : ` ${failover}`;
  return `${name} ${type}${set}${role} -> ${alias?.dnsName ?? 'values'}`;
}
