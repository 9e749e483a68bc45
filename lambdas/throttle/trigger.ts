import { isRecord } from '../shared/attribute-values.ts';
import { isOfTable, type Place } from '../shared/events.ts';
import { STREAM_PARTITION_PREFIX } from './contract.ts';

/** What woke the function. Nothing of an event is used but that it is time to look (SEC-07, I-11). */
export type DemandTrigger =
  | { readonly kind: 'demand' }
  /** Ours, but of an item that this function writes itself: its own writes never wake it (I-34). */
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

const RECORDS_MAX = 10_000;

export function parseDemandTrigger(
  event: unknown,
  table: Pick<Place, 'account' | 'region' | 'table'>,
): DemandTrigger {
  const records = isRecord(event) ? event['Records'] : undefined;
  if (!Array.isArray(records)) return { kind: 'refused', why: 'the event holds no records' };
  if (records.length > RECORDS_MAX) return { kind: 'refused', why: `more than ${RECORDS_MAX} records` };
  const ours = records.filter((record: unknown) => isRecord(record) && isOfTable(record, table));
  if (ours.some(isDemand)) return { kind: 'demand' };
  if (ours.length < records.length) return { kind: 'refused', why: 'no record is a demand of this table' };
  return { kind: 'nothing', why: 'no demand was written' };
}

/** A report that was written; one that has expired asks for nothing. The stream carries keys alone. */
function isDemand(record: unknown): boolean {
  if (!isRecord(record) || record['eventName'] === 'REMOVE') return false;
  const change = record['dynamodb'];
  if (!isRecord(change) || !isRecord(change['Keys'])) return false;
  const partition = change['Keys']['pk'];
  const name = isRecord(partition) ? partition['S'] : undefined;
  return typeof name === 'string' && name.startsWith(STREAM_PARTITION_PREFIX);
}
