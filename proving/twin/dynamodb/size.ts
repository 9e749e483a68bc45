/** Sizes as DynamoDB counts them (developer guide, "Item sizes and formats"), in bytes. */

import { parseDecimal } from './decimal.ts';
import type { AttributeValue, Item } from './value.ts';

export const ITEM_BYTES_MAX = 400 * 1024;

const CONTAINER_OVERHEAD = 3;
const ELEMENT_OVERHEAD = 1;

export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Bytes(name) + valueBytes(value), 0);
}

export function valueBytes(value: AttributeValue): number {
  if ('S' in value) return utf8Bytes(value.S);
  if ('N' in value) return numberBytes(value.N);
  if ('B' in value) return value.B.length;
  if ('SS' in value) return value.SS.reduce((sum, text) => sum + utf8Bytes(text), 0);
  if ('NS' in value) return value.NS.reduce((sum, text) => sum + numberBytes(text), 0);
  if ('BS' in value) return value.BS.reduce((sum, bytes) => sum + bytes.length, 0);
  if ('L' in value) {
    return value.L.reduce((sum, element) => sum + ELEMENT_OVERHEAD + valueBytes(element), CONTAINER_OVERHEAD);
  }
  if ('M' in value) {
    return CONTAINER_OVERHEAD + itemBytes(value.M) + ELEMENT_OVERHEAD * Object.keys(value.M).length;
  }
  return 1;
}

/** About one byte for two significant digits, plus one, plus one for a negative number. */
function numberBytes(text: string): number {
  const { digits } = parseDecimal(text);
  const length = (digits < 0n ? -digits : digits).toString().length;
  return Math.ceil(length / 2) + 1 + Number(digits < 0n);
}

export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
