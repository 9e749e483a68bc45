/**
 * What a key holds on a shard, and what each command does to it. A command is atomic. A value is stored only in
 * exchange for the token that was put in its place when the fill began, and a deletion takes the token away: so a
 * fill that began before an invalidation is never stored after it (I-22), however late its command arrives.
 */

export type Entry<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  /** Somebody fills it. */
  | { readonly kind: 'fill'; readonly token: string };

export type Asked<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  /** The fill is the asker's: its token stands in the place of the value. */
  | { readonly kind: 'fill' }
  /** Somebody else fills it. */
  | { readonly kind: 'busy' };

/** Reads; where there is nothing, the fill is the asker's from here on. */
export function ask<Value>(
  entry: Entry<Value> | undefined,
  token: string,
): readonly [Entry<Value>, Asked<Value>] {
  if (!entry) return [{ kind: 'fill', token }, { kind: 'fill' }];
  return [entry, entry.kind === 'value' ? entry : { kind: 'busy' }];
}

/** Stores the value if the token is still there. */
export function store<Value>(
  entry: Entry<Value> | undefined,
  token: string,
  value: Value,
): readonly [Entry<Value> | undefined, boolean] {
  const holds = entry?.kind === 'fill' && entry.token === token;
  return holds ? [{ kind: 'value', value }, true] : [entry, false];
}
