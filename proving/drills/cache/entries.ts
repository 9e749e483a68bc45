/** What stands under a key on a shard, read as the cache's README says, or as a plain client stores it. */

/** The letter, 20 characters of stamp, 9 of time. */
const HEADER_BYTES = 30;
const VALUE_LETTERS = new Set(['V', 'R']);

/** Product `id` as it is named on a shard: no tenant, so a colon in front. */
export function keyOf(id: number): string {
  return `:catalog:${id}`;
}

/** The version of the product that the entry holds; null where it holds none, as while somebody fills it. */
export function versionIn(entry: Uint8Array | null): number | null {
  if (entry === null) return null;
  const text = Buffer.from(entry).toString('utf8');
  const plain = text.startsWith('{') ? text : null;
  return versionOf(plain ?? valueText(text));
}

function valueText(text: string): string | null {
  return VALUE_LETTERS.has(text[0] ?? '') && text[HEADER_BYTES] === 'J' ? text.slice(HEADER_BYTES + 1) : null;
}

function versionOf(json: string | null): number | null {
  if (json === null) return null;
  try {
    const { version } = JSON.parse(json) as { version?: unknown };
    return typeof version === 'number' ? version : null;
  } catch {
    return null;
  }
}
