/** GetItem, Query and Scan. */

import { validation } from './errors.ts';
import { conditionPaths, holds, keyCondition, project } from './expression/index.ts';
import { type Parsed, parseExpressions } from './parsed.ts';
import type { GetRequest, ReadManyRequest } from './requests.ts';
import { isKeyAttribute, keyOfItem, keyOfRequest } from './schema.ts';
import { itemBytes } from './size.ts';
import type { Table } from './table.ts';
import { partitionHash } from './table.ts';
import { type Item, equalValues } from './value.ts';

export interface Page {
  /** Null where the request asks for a count. */
  readonly items: readonly Item[] | null;
  readonly count: number;
  readonly scannedCount: number;
  readonly lastEvaluatedKey: Item | undefined;
}

/** A page ends after this many bytes, before filter and projection. */
export const PAGE_BYTES_MAX = 1024 * 1024;

const SELECTS = ['ALL_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_PROJECTED_ATTRIBUTES'];
const SEGMENTS_MAX = 1_000_000;

export function getItem(table: Table, request: GetRequest): Item | undefined {
  const { projection } = parseExpressions(request);
  const item = table.get(keyOfRequest(table.schema, request.Key));
  return item === undefined || projection === null ? item : project(item, projection);
}

/** Items of one partition in the order of the sort key, or against it. Throws ValidationException. */
export function query(table: Table, request: ReadManyRequest): Page {
  const parsed = parseExpressions(request);
  const { schema } = table;
  if (parsed.keyCondition === null) {
    throw validation(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  refuseKeysInFilter(table, parsed);
  const wanted = keyCondition(parsed.keyCondition, schema.partitionKey, schema.sortKey);
  const forward = request.ScanIndexForward ?? true;
  const ordered = forward
    ? table.partition(wanted.partition)
    : table.partition(wanted.partition).toReversed();
  const start = startKey(table, request);
  if (start !== null && !equalValues(start[schema.partitionKey.name]!, wanted.partition)) {
    throw validation('The provided starting key is outside query boundaries based on provided conditions');
  }
  const candidates = ordered.filter((item) => {
    const order = start === null ? 1 : table.compareSortKeys(item, start);
    return (forward ? order > 0 : start === null || order < 0) && wanted.inRange(item);
  });
  return page(table, candidates, parsed, request);
}

/** All items, or one segment of them. Throws ValidationException. */
export function scan(table: Table, request: ReadManyRequest): Page {
  const parsed = parseExpressions(request);
  const inSegment = segment(table, request);
  const start = startKey(table, request);
  const after = start === null ? null : table.scanPosition(start);
  const candidates = table.scan().filter((item) => {
    if (!inSegment(item)) return false;
    if (after === null || start === null) return true;
    const here = table.scanPosition(item);
    if (here.hash !== after.hash) return here.hash > after.hash;
    return here.id === after.id ? table.compareSortKeys(item, start) > 0 : here.id > after.id;
  });
  return page(table, candidates, parsed, request);
}

function page(table: Table, candidates: readonly Item[], parsed: Parsed, request: ReadManyRequest): Page {
  const { Limit: limit, Select: select } = request;
  if (limit !== undefined && limit < 1) {
    throw validation(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  }
  if (select !== undefined && !SELECTS.includes(select)) {
    throw validation(`Value '${select}' at 'select' failed to satisfy constraint: ${SELECTS.join(', ')}`);
  }
  const read = firstPage(candidates, limit ?? Infinity);
  const { filter, projection } = parsed;
  const kept = filter === null ? read : read.filter((item) => holds(filter, item));
  const more = read.length < candidates.length || read.length === limit;
  const last = read.at(-1);
  return {
    items:
      select === 'COUNT'
        ? null
        : kept.map((item) => (projection === null ? item : project(item, projection))),
    count: kept.length,
    scannedCount: read.length,
    lastEvaluatedKey: more && last !== undefined ? keyOfItem(table.schema, last) : undefined,
  };
}

function firstPage(candidates: readonly Item[], limit: number): Item[] {
  const read: Item[] = [];
  let bytes = 0;
  for (const item of candidates) {
    if (read.length >= limit || bytes >= PAGE_BYTES_MAX) break;
    read.push(item);
    bytes += itemBytes(item);
  }
  return read;
}

function startKey(table: Table, request: ReadManyRequest): Item | null {
  if (request.ExclusiveStartKey === undefined) return null;
  try {
    return keyOfRequest(table.schema, request.ExclusiveStartKey);
  } catch {
    throw validation('The provided starting key is invalid');
  }
}

function refuseKeysInFilter(table: Table, parsed: Parsed): void {
  if (parsed.filter === null) return;
  const key = conditionPaths(parsed.filter).find(([name]) => isKeyAttribute(table.schema, String(name)));
  if (key !== undefined) {
    throw validation(
      `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key[0]}`,
    );
  }
}

function segment(
  table: Table,
  { Segment: one, TotalSegments: total }: ReadManyRequest,
): (item: Item) => boolean {
  if (one === undefined && total === undefined) return () => true;
  if (one === undefined || total === undefined) {
    throw validation('Segment and TotalSegments must be given together');
  }
  if (one < 0 || total < 1 || total > SEGMENTS_MAX || one >= total) {
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${one} is not less than TotalSegments: ${total}`,
    );
  }
  return (item) => partitionHash(table.scanPosition(item).id) % total === one;
}
