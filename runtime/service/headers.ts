/** What of a caller's headers goes on, and what the pool adds. */

import type { Headers } from './ports.ts';

/** Milliseconds that are left for the answer, as of the moment it was sent. */
export const DEADLINE_HEADER = 'x-understudy-deadline-ms';
/** A request that bears it is a repetition: whoever gets it repeats nothing (I-23). */
export const RETRIED_HEADER = 'x-understudy-retried';
export const IDEMPOTENCY_HEADER = 'idempotency-key';

/** What belongs to one connection (RFC 9110, section 7.6.1), and what is made anew for each. */
const OF_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What goes on, by names in lower case. `traceparent`, `tracestate` and `x-amzn-trace-id` do, as they are. */
export function passedOn(headers: Headers): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const named = given.filter(([name]) => name === 'connection').flatMap(([, value]) => value.split(','));
  const ofConnection = new Set(named.map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    given.filter(([name]) => !OF_CONNECTION.has(name) && !ofConnection.has(name) && name !== DEADLINE_HEADER),
  );
}

/** The value of a header, whatever the case of its name. */
export function headerOf(headers: Headers, wanted: string): string | undefined {
  for (const [name, value] of Object.entries(headers)) if (name.toLowerCase() === wanted) return value;
  return undefined;
}

/**
 * What a caller gives, in ms; null where it gives nothing that can be read. A time that is over is 0.
 */
export function deadlineOf(headers: Headers): number | null {
  const text = headerOf(headers, DEADLINE_HEADER)?.trim() ?? '';
  if (!/^-?\d{1,12}(\.\d{1,6})?$/.test(text)) return null;
  return Math.max(0, Number(text));
}
