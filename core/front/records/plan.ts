/**
 * The repair of records: when nothing else is wrong, and by one exact batch. It is no part of any recovery, which has
 * records made beforehand and health checks that choose between them.
 */

import type { LedgerItem } from '../../state/items.ts';
import { must } from '../invariants.ts';
import { actionOf } from '../record.ts';
import type { ExpectedRecord } from '../types.ts';
import { asPublished, compareRecords, type Comparison } from './compare.ts';
import type { RecordFacts, RecordHold, RecordsPlan, RepairAction } from './types.ts';

export function planRecords(facts: RecordFacts): RecordsPlan {
  const { expected, published, memory, now } = facts;
  if (published === null) {
    const hold = wait('unknown', 'the hosted zone cannot be asked');
    return { drifts: [], drift: memory.drift, repair: null, hold };
  }
  const compared = compareRecords({ ...facts, published });
  const { drifts } = compared;
  const told = drifts.map((one) => one.told).join('; ');
  if (drifts.length === 0) return { drifts, drift: null, repair: null, hold: null };
  const drift = memory.drift?.told === told ? memory.drift : { told, since: now };
  const hold = holdOf(facts, compared, drift.since);
  if (hold !== null) {
    return { drifts, drift, repair: null, hold: { ...hold, reason: `${told}; ${hold.reason}` } };
  }
  const repair: RepairAction = {
    kind: 'repair',
    memberId: expected[0]!.name,
    remove: compared.remove,
    create: compared.create.map(asPublished),
    reason: `${told} for ${now - drift.since} ms`,
    evidence: drifts.map(({ kind, name, type, setIdentifier }) => `${kind}|${name} ${type} ${setIdentifier}`),
  };
  checkRepair(facts, repair);
  return { drifts, drift, repair, hold: null };
}

function holdOf(facts: RecordFacts, { remove, create }: Comparison, since: number): RecordHold | null {
  const { edge, unrest, ledger, now, expected, resolves } = facts;
  if (expected.length === 0) return wait('nothing-deployed', 'no record is deployed');
  if (unrest !== null) return wait('not-quiet', unrest);
  const stray = remove.find(({ isForeign }) => isForeign);
  if (stray !== undefined) {
    return wait('foreign', `${stray.name} ${stray.type} has fields that are not ours to delete`);
  }
  const dead = create.find(({ alias }) => resolves[alias.dnsName] !== true);
  if (dead !== undefined) {
    return wait('dangling', `${dead.alias.dnsName} has no address that is known`);
  }
  if (remove.length + create.length === 0) {
    return wait('dangling', 'the records are as deployed: what they point at is gone');
  }
  const { 'drift-hold-ms': holdMs, 'repair-cooldown-ms': cooldownMs } = edge;
  if (now - since < holdMs) {
    return wait('drift-hold', `it has stood for ${now - since} of ${holdMs} ms`, since + holdMs);
  }
  const last = lastRepair(ledger);
  if (last !== null && now - last.startedAt < cooldownMs) {
    return wait('cooldown', `${last.id} was ${now - last.startedAt} ms ago`, last.startedAt + cooldownMs);
  }
  return null;
}

function wait(cause: RecordHold['cause'], reason: string, reviewAt: number | null = null): RecordHold {
  return { cause, reason, reviewAt };
}

/** The newest repair that changed something or may have; an acknowledgement forgets it (I-10). */
export function lastRepair(ledger: readonly LedgerItem[]): LedgerItem | null {
  const counted = ledger.filter(
    (item) =>
      actionOf(item) === 'repair' &&
      item.mode === 'act' &&
      item.acknowledged === undefined &&
      item.steps.some(({ at }) => at !== null),
  );
  return counted.toSorted((a, b) => b.startedAt - a.startedAt)[0] ?? null;
}

function checkRepair({ expected, published }: RecordFacts, { remove, create }: RepairAction): void {
  const identity = ({ name, type, setIdentifier }: Pick<ExpectedRecord, 'name' | 'type' | 'setIdentifier'>) =>
    `${name} ${type} ${setIdentifier ?? ''}`;
  const deployed = new Map(expected.map((record) => [identity(record), record]));
  for (const record of create) {
    must(
      'SEC-09',
      deployed.get(identity(record))?.alias === record.alias,
      'only what was deployed is published',
    );
  }
  const gone = new Set(remove.map(identity));
  const left = [...(published ?? []).filter((record) => !gone.has(identity(record))), ...create];
  for (const { name, type } of expected) {
    must(
      'I-03',
      left.some((one) => one.name === name && one.type === type),
      `${name} ${type} is never empty`,
    );
  }
}
