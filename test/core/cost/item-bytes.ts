/** The size of an item as DynamoDB counts it: names and values in UTF-8, 3 bytes a list or map, 1 an element. */
export function itemBytes(value: unknown): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return 3 + value.reduce<number>((sum, entry) => sum + 1 + itemBytes(entry), 0);
  return Object.entries(value as object).reduce(
    (sum, [name, entry]) => sum + 1 + Buffer.byteLength(name) + itemBytes(entry),
    3,
  );
}
