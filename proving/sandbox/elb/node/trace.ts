/**
 * The trace id of a request (guide "Request tracing"): one is made where there is none; where there is one, it is kept
 * and the balancer adds its own field `Self`, in the place of one that is there already.
 */

import { randomBytes } from 'node:crypto';

/** @param nowMs epoch ms */
export function traceIdFor(given: string | undefined, nowMs: number): string {
  if (given === undefined || given.trim() === '') return `Root=${newId(nowMs)}`;
  const fields = given
    .split(';')
    .map((field) => field.trim())
    .filter((field) => field !== '' && !/^self=/i.test(field));
  const hasRoot = fields.some((field) => /^root=/i.test(field));
  if (!hasRoot) return [`Root=${newId(nowMs)}`, ...fields].join(';');
  return [`Self=${newId(nowMs)}`, ...fields].join(';');
}

/** `1-<seconds, 8 hexadecimal digits>-<24 hexadecimal digits>` */
function newId(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000)
    .toString(16)
    .padStart(8, '0');
  return `1-${seconds}-${randomBytes(12).toString('hex')}`;
}
