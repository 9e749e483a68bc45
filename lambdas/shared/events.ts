/**
 * What woke a function. Events are untrusted (SEC-07): they are checked against the function's own account,
 * Region, table and environment, and say only that it is time to look. No value of an event is ever used as
 * the name of a resource.
 */

import { fromAttributes, isRecord } from './attribute-values.ts';

/** The function's own place, from its invocation and its environment. */
export interface Place {
  readonly account: string;
  readonly region: string;
  readonly env: string;
  readonly table: string;
  /** The function as wake items name it. */
  readonly controller: string;
  /** Which items of the stream wake it. @default 'observation' */
  readonly observations?: 'observation' | 'target-observation';
  /** Name of the ECS cluster whose events are heard. @default - none are */
  readonly taskCluster?: string;
}

export type Trigger =
  /** Verdicts that changed, by zone, and whether someone asked for a run. */
  | { readonly kind: 'stream'; readonly zones: readonly string[]; readonly woken: boolean }
  | { readonly kind: 'alarm'; readonly name: string }
  | { readonly kind: 'parameters' }
  | { readonly kind: 'schedule' }
  /** A task of our cluster has changed; the addresses of those that have stopped, or are about to. */
  | { readonly kind: 'tasks'; readonly stopped: readonly string[] }
  /** Well-formed and ours, but nothing to do for this function. */
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

const RECORDS_MAX = 10_000;
const TEXT_LENGTH_MAX = 256;
const ATTACHMENTS_MAX = 10;
const DETAILS_MAX = 100;
const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$/;
const ZONE = /^[a-z0-9-]{1,40}$/;

export function parseTrigger(event: unknown, place: Place): Trigger {
  try {
    return classify(event, place);
  } catch (error) {
    return { kind: 'refused', why: error instanceof Error ? error.message : 'unreadable' };
  }
}

function classify(event: unknown, place: Place): Trigger {
  if (!isRecord(event)) return refused('the event is no object');
  if (Array.isArray(event['Records'])) return parseStream(event['Records'], place);
  switch (event['source']) {
    case 'aws.cloudwatch':
      return parseAlarm(event, place);
    case 'aws.ssm':
      return parseParameterChange(event, place);
    case 'aws.ecs':
      return parseTaskChange(event, place);
    case 'aws.events':
    case 'aws.scheduler':
      return { kind: 'schedule' };
    default:
      return Object.keys(event).length === 0
        ? { kind: 'schedule' }
        : refused('the event has no known source');
  }
}

function parseStream(records: readonly unknown[], place: Place): Trigger {
  if (records.length > RECORDS_MAX) return refused(`more than ${RECORDS_MAX} records`);
  const zones = new Set<string>();
  let woken = false;
  let refusedCount = 0;
  for (const record of records) {
    const found = parseRecord(record, place);
    if (found === null) refusedCount += 1;
    else if (found.zone !== null) zones.add(found.zone);
    else woken ||= found.woken;
  }
  if (zones.size > 0 || woken) return { kind: 'stream', zones: [...zones].toSorted(), woken };
  if (refusedCount > 0) return refused(`${refusedCount} records are not of this table and environment`);
  return { kind: 'nothing', why: 'no record asks this function to look' };
}

/** Null for a record that is not of our table. */
function parseRecord(record: unknown, place: Place): { zone: string | null; woken: boolean } | null {
  if (!isRecord(record) || !isOfTable(record, place)) return null;
  const change = record['dynamodb'];
  if (!isRecord(change) || change['NewImage'] === undefined) return { zone: null, woken: false };
  const image = readImage(change['NewImage']);
  if (image === null) return null;
  if (image['kind'] === 'wake') return { zone: null, woken: image['controller'] === place.controller };
  const wanted = place.observations ?? 'observation';
  if (image['kind'] !== wanted || image['changed'] !== true) return { zone: null, woken: false };
  const zone = image['az'];
  const isOurs = image['env'] === place.env && typeof zone === 'string' && ZONE.test(zone);
  return isOurs ? { zone, woken: false } : null;
}

/** Whether a stream record is of this table, by the ARN of its stream. */
export function isOfTable(
  record: Readonly<Record<string, unknown>>,
  { account, region, table }: Pick<Place, 'account' | 'region' | 'table'>,
): boolean {
  const arn = record['eventSourceARN'];
  if (record['eventSource'] !== 'aws:dynamodb' || typeof arn !== 'string') return false;
  const stream = `:dynamodb:${region}:${account}:table/${table}/stream/`;
  return /^arn:aws[a-z-]*:/.test(arn) && arn.includes(stream);
}

/** The top level of an image is enough, and the only part that is read. */
function readImage(image: unknown): Record<string, unknown> | null {
  if (!isRecord(image)) return null;
  const wanted = ['kind', 'env', 'az', 'changed', 'controller'].filter((name) => Object.hasOwn(image, name));
  try {
    return fromAttributes(Object.fromEntries(wanted.map((name) => [name, image[name]])));
  } catch {
    return null;
  }
}

function parseAlarm(event: Readonly<Record<string, unknown>>, place: Place): Trigger {
  const { accountId, region, alarmArn, alarmData } = event;
  if (accountId !== place.account || region !== place.region) return refused('an alarm of another place');
  const prefix = `:cloudwatch:${place.region}:${place.account}:alarm:`;
  if (typeof alarmArn !== 'string' || !alarmArn.includes(prefix))
    return refused('the alarm has no ARN of ours');
  if (!isRecord(alarmData) || !isRecord(alarmData['state'])) return refused('the alarm has no state');
  const name = alarmData['alarmName'];
  if (typeof name !== 'string' || name === '' || name.length > TEXT_LENGTH_MAX)
    return refused('no alarm name');
  if (!alarmArn.endsWith(`:alarm:${name}`)) return refused('the alarm name is not that of its ARN');
  if (alarmData['state']['value'] !== 'ALARM') return { kind: 'nothing', why: 'the alarm is not in ALARM' };
  return { kind: 'alarm', name };
}

function parseParameterChange(event: Readonly<Record<string, unknown>>, place: Place): Trigger {
  const { account, region, detail } = event;
  if (account !== place.account || region !== place.region) return refused('a parameter of another place');
  if (event['detail-type'] !== 'Parameter Store Change') return refused('no change of a parameter');
  const name = isRecord(detail) ? detail['name'] : undefined;
  if (typeof name !== 'string') return refused('the parameter has no name');
  return name.startsWith(`/understudy/${place.env}/`)
    ? { kind: 'parameters' }
    : refused('a parameter of another environment');
}

function parseTaskChange(event: Readonly<Record<string, unknown>>, place: Place): Trigger {
  const { account, region, detail } = event;
  if (account !== place.account || region !== place.region) return refused('a task of another place');
  if (event['detail-type'] !== 'ECS Task State Change' || !isRecord(detail))
    return refused('no change of a task');
  const cluster = `:ecs:${place.region}:${place.account}:cluster/${place.taskCluster}`;
  const arn = detail['clusterArn'];
  const isOurs = typeof arn === 'string' && /^arn:aws[a-z-]*:ecs:/.test(arn) && arn.endsWith(cluster);
  if (place.taskCluster === undefined || !isOurs) return refused('a task of another cluster');
  return { kind: 'tasks', stopped: detail['desiredStatus'] === 'STOPPED' ? addressesOf(detail) : [] };
}

/** Addresses say only which of the targets known already are gone. */
function addressesOf({ attachments }: Readonly<Record<string, unknown>>): readonly string[] {
  if (!Array.isArray(attachments)) return [];
  const details = attachments
    .slice(0, ATTACHMENTS_MAX)
    .flatMap((one: unknown) => (isRecord(one) && Array.isArray(one['details']) ? one['details'] : []));
  return details
    .slice(0, DETAILS_MAX)
    .flatMap((one: unknown) =>
      isRecord(one) && one['name'] === 'privateIPv4Address' && isAddress(one['value']) ? [one['value']] : [],
    );
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && ADDRESS.test(value);
}

function refused(why: string): Trigger {
  return { kind: 'refused', why };
}

/** Account and Region of the function itself, from the ARN it was invoked by. Throws RangeError for another text. */
export function placeOf(functionArn: string): { readonly account: string; readonly region: string } {
  const match = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:/.exec(functionArn);
  if (match === null) throw new RangeError(`${functionArn} is not the ARN of a function`);
  return { region: match[1]!, account: match[2]! };
}
