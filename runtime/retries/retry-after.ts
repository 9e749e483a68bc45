/** When a server wants to be asked again: the Retry-After field (RFC 9110, section 10.2.3). */

/**
 * @param now epoch ms, used where the server does not say what time it is
 * @returns ms from now; 0 for a time that has passed; Infinity for a negative number, which means never; null where
 * the field is missing or cannot be read
 */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^-\d+$/.test(text)) return Infinity;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = dateOf(text);
  if (at === null) return null;
  // By the server's own clock, so that ours may be wrong (F-20).
  return Math.max(0, at - (dateOf(headers.get('date') ?? '') ?? now));
}

/** An HTTP date; all of its three forms name the day of the week first. */
function dateOf(text: string): number | null {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  const at = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : at;
}
