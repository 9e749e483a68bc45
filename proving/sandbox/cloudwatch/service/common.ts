import { AwsError, type Authorization } from '../../kernel/index.ts';

/** Actions on metrics have no resource; AWS checks them on everything. */
export function onEverything(action: string): Authorization[] {
  return [{ action: `cloudwatch:${action}`, resource: '*' }];
}

/** A page of sorted things, with the token for the next: the key to go on from. */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: { readonly token: string | undefined; readonly size: number },
): { items: readonly T[]; next: string | undefined } {
  const from =
    request.token === undefined ? 0 : items.findIndex((item) => encode(keyOf(item)) === request.token);
  if (from === -1) throw new AwsError('InvalidNextToken', 'NextToken: it is not one that was given out');
  const after = items[from + request.size];
  return {
    items: items.slice(from, from + request.size),
    next: after === undefined ? undefined : encode(keyOf(after)),
  };
}

function encode(key: string): string {
  return Buffer.from(key).toString('base64url');
}
