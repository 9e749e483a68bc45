/** The trace of a request: what the balancer calls it, and one line a request of what it met. */

import { randomBytes } from 'node:crypto';

/** Set by the balancer where the request had none, and passed on otherwise. */
export const TRACE_HEADER = 'x-amzn-trace-id';

/** `Root=1-<8 hexadecimal digits>-<24>`, as X-Ray and the balancers write it. */
const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/i;

/** The root id; null where there is none that can be read. */
export function rootOf(header: string | undefined): string | null {
  return ROOT.exec(header ?? '')?.[1]?.toLowerCase() ?? null;
}

/** For a request that came by no balancer. */
export function newTrace(nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0');
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`;
}

/** Which requests leave a line: all, those whose trace says `Sampled=1`, or none. */
export type TraceLog = 'all' | 'sampled' | 'none';

/** The value of the variable `TRACE_LOG`: `1`, `sampled`, or not set. */
export function traceLogOf(value: string | undefined): TraceLog {
  if (value === '1') return 'all';
  return value === 'sampled' ? 'sampled' : 'none';
}

export function isTraced(log: TraceLog | undefined, header: string | undefined): boolean {
  return log === 'all' || (log === 'sampled' && /(?:^|;)\s*Sampled=1(?:;|$)/i.test(header ?? ''));
}

/** What a request met, by the names of the seams. */
export type Seams = Readonly<Record<string, unknown>>;

export interface TraceLine {
  readonly trace: string | null;
  readonly tier: string;
  readonly task: string;
  readonly version: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly seams: Seams;
}

export function writeTrace(line: TraceLine): void {
  process.stdout.write(`${JSON.stringify({ ...line, ms: Math.round(line.ms * 10) / 10 })}\n`);
}
