/**
 * Values: bytes as they are, everything else as JSON. What JSON would not give back as it was is refused instead of
 * changed: functions, symbols, big integers, NaN and Infinity, `undefined` in an array, objects of a class, cycles.
 */

import { type Fault, InvalidInput } from '../errors.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };
export type CacheValue = JsonValue | Uint8Array;

export const VALUE_BYTES_MAX = 8 * 1024 * 1024;
export const TTL_MS_MAX = 30 * 24 * 3600 * 1000;
const DEPTH_MAX = 100;

const BYTES = 0x42;
const JSON_TEXT = 0x4a;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The bytes of a value: `B` and the bytes, or `J` and the JSON text. @throws InvalidInput */
export function serialize(field: string, value: unknown): Uint8Array {
  const bytes = value instanceof Uint8Array ? value : encoder.encode(jsonOf(field, value));
  if (bytes.length > VALUE_BYTES_MAX) {
    const rule = `a value has at most ${VALUE_BYTES_MAX} bytes`;
    throw new InvalidInput('The value', [
      { field, value: `${bytes.length} bytes`, rule, fix: 'cache its parts' },
    ]);
  }
  const framed = new Uint8Array(bytes.length + 1);
  framed[0] = value instanceof Uint8Array ? BYTES : JSON_TEXT;
  framed.set(bytes, 1);
  return framed;
}

/** The value of bytes that `serialize` made, or null when they are none of its making. */
export function deserialize(framed: Uint8Array): { readonly value: CacheValue } | null {
  const body = framed.subarray(1);
  if (framed[0] === BYTES) return { value: body };
  if (framed[0] !== JSON_TEXT) return null;
  try {
    return { value: JSON.parse(decoder.decode(body)) as JsonValue };
  } catch {
    return null;
  }
}

/** What is wrong with a time to live; nothing when it can be used. */
export function ttlFaults(field: string, ttlMs: unknown): readonly Fault[] {
  if (typeof ttlMs === 'number' && Number.isSafeInteger(ttlMs) && ttlMs >= 1 && ttlMs <= TTL_MS_MAX)
    return [];
  const rule = `must be a whole number of ms from 1 to ${TTL_MS_MAX} (30 days)`;
  return [{ field, value: ttlMs, rule, fix: 'to remove a value, delete its key' }];
}

function jsonOf(field: string, value: unknown): string {
  const fault = faultOf(field, value, []);
  if (fault) throw new InvalidInput('The value', [fault]);
  return JSON.stringify(value);
}

/** The first part that JSON would lose. `within` are the objects around it. */
function faultOf(field: string, value: unknown, within: readonly object[]): Fault | null {
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'string')
    return value.isWellFormed() ? null : unserializable(field, 'half a character');
  if (typeof value === 'number') return Number.isFinite(value) ? null : unserializable(field, String(value));
  if (typeof value !== 'object') return unserializable(field, `a value of the type ${typeof value}`);
  if (within.includes(value)) return unserializable(field, 'an object within itself');
  if (within.length >= DEPTH_MAX) return unserializable(field, `more than ${DEPTH_MAX} levels`);
  return Array.isArray(value)
    ? faultOfArray(field, value, [...within, value])
    : faultOfObject(field, value, [...within, value]);
}

function faultOfArray(field: string, array: readonly unknown[], within: readonly object[]): Fault | null {
  for (let at = 0; at < array.length; at += 1) {
    const fault = faultOf(`${field}[${at}]`, array[at], within);
    if (fault) return fault;
  }
  return null;
}

/** An `undefined` property is an absent one. */
function faultOfObject(field: string, object: object, within: readonly object[]): Fault | null {
  const prototype: unknown = Object.getPrototypeOf(object);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain || 'toJSON' in object)
    return unserializable(field, 'an object that is more than its properties');
  for (const [name, part] of Object.entries(object)) {
    const fault = part === undefined ? null : faultOf(`${field}.${name}`, part, within);
    if (fault) return fault;
  }
  return null;
}

function unserializable(field: string, what: string): Fault {
  return {
    field,
    value: what,
    rule: 'a value is bytes, or what JSON gives back as it was',
    fix: 'turn it into text, numbers, arrays and plain objects',
  };
}
