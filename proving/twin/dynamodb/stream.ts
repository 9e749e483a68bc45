/** The records a table's stream carries. A change that changes nothing makes no record. */

import type { StreamView } from './schema.ts';
import { itemBytes } from './size.ts';
import type { Change } from './table.ts';
import { type AttributeValue, type Item, itemFingerprint } from './value.ts';

export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Epoch seconds. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Readonly<Record<string, unknown>>;
    readonly NewImage?: Readonly<Record<string, unknown>>;
    readonly OldImage?: Readonly<Record<string, unknown>>;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamView;
  };
  /** Set for an item that its time to live removed. */
  readonly userIdentity?: { readonly type: 'Service'; readonly principalId: 'dynamodb.amazonaws.com' };
}

export interface RecordContext {
  readonly view: StreamView;
  readonly region: string;
  /** Strictly increasing within the stream. */
  readonly sequence: number;
  readonly eventId: string;
  readonly now: number;
  /** The change was made by the time to live. */
  readonly expired?: boolean;
}

const SEQUENCE_DIGITS = 21;

/** Null where the item is the same after as before. */
export function streamRecord(change: Change, context: RecordContext): StreamRecord | null {
  const { key, before, after } = change;
  if (before === undefined && after === undefined) return null;
  if (before !== undefined && after !== undefined && itemFingerprint(before) === itemFingerprint(after)) {
    return null;
  }
  const { view } = context;
  const withNew = after !== undefined && (view === 'NEW_IMAGE' || view === 'NEW_AND_OLD_IMAGES');
  const withOld = before !== undefined && (view === 'OLD_IMAGE' || view === 'NEW_AND_OLD_IMAGES');
  return {
    eventID: context.eventId,
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: context.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(context.now / 1000),
      Keys: wireItem(key),
      ...(withNew ? { NewImage: wireItem(after) } : {}),
      ...(withOld ? { OldImage: wireItem(before) } : {}),
      SequenceNumber: String(context.sequence).padStart(SEQUENCE_DIGITS, '0'),
      SizeBytes: itemBytes(key) + (withNew ? itemBytes(after) : 0) + (withOld ? itemBytes(before) : 0),
      StreamViewType: view,
    },
    ...(context.expired
      ? { userIdentity: { type: 'Service' as const, principalId: 'dynamodb.amazonaws.com' as const } }
      : {}),
  };
}

/** As JSON carries it: binaries in base 64. */
export function wireItem(item: Item): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, wireValue(value)]));
}

function wireValue(value: AttributeValue): unknown {
  if ('B' in value) return { B: base64(value.B) };
  if ('BS' in value) return { BS: value.BS.map(base64) };
  if ('L' in value) return { L: value.L.map(wireValue) };
  return 'M' in value ? { M: wireItem(value.M) } : value;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
