import { expect, it } from 'vitest';
import { composeKey, markOf, serialize, stampsOf, valueEntry } from '../../../../core/cache/index.ts';
import { keyOf, versionIn } from '../../../../proving/drills/cache/entries.ts';

const stamp = stampsOf(Math.random);

function entryOf(value: Parameters<typeof serialize>[1]): Uint8Array {
  return valueEntry(stamp(), Date.now(), serialize('value', value));
}

it('names a product as the cache does for nobody in particular', () => {
  expect(keyOf(7)).toBe(composeKey('', 'catalog:7'));
});

it('reads the version out of an entry that the cache wrote', () => {
  expect(versionIn(entryOf({ id: 7, name: 'Größe', version: 42 }))).toBe(42);
});

it('reads it while somebody loads the value anew', () => {
  const entry = entryOf({ version: 3 });
  entry.set(Buffer.from('R'), 0);
  expect(versionIn(entry)).toBe(3);
});

it('reads it out of what a plain client stores', () => {
  expect(versionIn(Buffer.from('{"id":7,"version":9}'))).toBe(9);
});

it.each([
  ['nothing', null],
  ['a fill', markOf('F', stamp())],
  ['a product that is not there', entryOf(null)],
  ['bytes', entryOf(new Uint8Array([1, 2, 3]))],
  ['what nobody knows', Buffer.from('hello')],
  ['broken JSON', Buffer.from('{"version":')],
])('finds no version in %s', (_what, entry) => {
  expect(versionIn(entry)).toBeNull();
});
