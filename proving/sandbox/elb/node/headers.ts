/** Headers as a balancer passes them on, in both directions. Lists are flat: name, value, name, value. */

import type { NodeConfig } from '../node-protocol.ts';

/** Of one connection alone, so never passed on (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What the balancer says itself, or answers itself. */
const OWN = new Set([
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-amzn-trace-id',
  'expect',
]);

export interface Arrival {
  readonly peer: { readonly address: string; readonly port: number };
  readonly protocol: 'http' | 'https';
  /** Of the listener. */
  readonly port: number;
  readonly traceId: string;
  readonly xff: NodeConfig['xff'];
}

export function toTarget(raw: readonly string[], arrival: Arrival): string[] {
  const kept = endToEnd(raw, OWN);
  const before = valuesOf(raw, 'x-forwarded-for').join(', ');
  const forwarded = forwardedFor(before, arrival);
  if (forwarded !== '') kept.push('X-Forwarded-For', forwarded);
  kept.push('X-Forwarded-Proto', arrival.protocol, 'X-Forwarded-Port', String(arrival.port));
  kept.push('X-Amzn-Trace-Id', arrival.traceId);
  // A body whose length is not known travels in chunks on the next connection, too.
  if (valuesOf(raw, 'transfer-encoding').length > 0) kept.push('Transfer-Encoding', 'chunked');
  return kept;
}

export function toClient(raw: readonly string[]): string[] {
  return endToEnd(raw, new Set());
}

function forwardedFor(before: string, { peer, xff }: Arrival): string {
  if (xff.mode === 'remove') return '';
  if (xff.mode === 'preserve') return before;
  const own = xff.withPort ? `${peer.address}:${peer.port}` : peer.address;
  return before === '' ? own : `${before}, ${own}`;
}

function endToEnd(raw: readonly string[], besides: ReadonlySet<string>): string[] {
  const named = new Set(
    valuesOf(raw, 'connection').flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())),
  );
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const key = name.toLowerCase();
    if (!HOP_BY_HOP.has(key) && !named.has(key) && !besides.has(key)) kept.push(name, raw[at + 1] ?? '');
  }
  return kept;
}

function valuesOf(raw: readonly string[], wanted: string): string[] {
  return raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === wanted);
}
