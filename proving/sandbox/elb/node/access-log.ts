/** The access log of a node: lines in AWS's format (guide "Access log entries"), in compressed files. */

import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Exchange } from './exchange.ts';

const compress = promisify(zlib.gzip);
/** A busy node finishes a file early: AWS delivers several for one period, too. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

export interface LogOptions {
  readonly folder: string;
  /** A file is there. */
  readonly onFile: (file: string, endAt: number) => void;
}

export class AccessLog {
  private readonly options: LogOptions;
  private lines: string[] = [];
  private bytes = 0;
  private files = 0;
  private timer: NodeJS.Timeout | undefined;
  private everyMs = 0;
  private enabled = false;

  constructor(options: LogOptions) {
    this.options = options;
  }

  configure({ enabled, everyMs }: { readonly enabled: boolean; readonly everyMs: number }): void {
    this.enabled = enabled;
    if (everyMs === this.everyMs) return;
    this.everyMs = everyMs;
    clearInterval(this.timer);
    this.timer = setInterval(() => void this.finish(), everyMs);
  }

  add(exchange: Exchange, balancer: string): void {
    if (!this.enabled) return;
    const line = logLine(exchange, balancer);
    this.lines.push(line);
    this.bytes += line.length;
    if (this.bytes >= FILE_BYTES_MAX) void this.finish();
  }

  /** Writes what is there into a file of its own. */
  async finish(): Promise<void> {
    if (this.lines.length === 0) return;
    const text = `${this.lines.join('\n')}\n`;
    this.lines = [];
    this.bytes = 0;
    const file = path.join(this.options.folder, `${process.pid}-${++this.files}.log.gz`);
    await fs.mkdir(this.options.folder, { recursive: true });
    await fs.writeFile(file, await compress(text));
    this.options.onFile(file, Date.now());
  }
}

export function logLine(exchange: Exchange, balancer: string): string {
  const { arrival, request, target, times, status, tls } = exchange;
  const targetAddress = target === null ? '-' : target.id;
  const targetStatus = exchange.targetStatus === null ? '-' : String(exchange.targetStatus);
  const url = `${arrival.protocol}://${exchange.host || '-'}:${arrival.port}${request.url ?? '/'}`;
  return [
    arrival.protocol,
    isoTime(times.endedAt),
    balancer,
    `${arrival.peer.address}:${arrival.peer.port}`,
    targetAddress,
    ...processingTimes(exchange),
    String(status),
    targetStatus,
    String(exchange.receivedBytes),
    String(exchange.sentBytes),
    quoted(`${request.method} ${url} HTTP/${request.httpVersion}`),
    quoted(request.headers['user-agent'] ?? '-'),
    tls?.cipher ?? '-',
    tls?.protocol ?? '-',
    exchange.groupArn ?? '-',
    quoted(arrival.traceId),
    quoted(tls === null ? '-' : exchange.host || '-'),
    quoted(tls?.certificateArn ?? '-'),
    String(exchange.priority),
    isoTime(times.arrivedAt),
    quoted(exchange.action),
    quoted(exchange.redirectUrl || '-'),
    quoted('-'),
    quoted(targetAddress),
    quoted(targetStatus),
    quoted('-'),
    quoted('-'),
    `TID_${exchange.connectionId}`,
  ].join(' ');
}

/** Seconds of the request, the target and the response; -1 for what did not happen. */
function processingTimes({ times }: Exchange): string[] {
  const { arrivedAt, sentAt, answeredAt, endedAt } = times;
  if (sentAt === null) return ['-1', '-1', '-1'];
  const seconds = (from: number, to: number) => (Math.max(0, to - from) / 1_000).toFixed(3);
  if (answeredAt === null) return [seconds(arrivedAt, sentAt), '-1', '-1'];
  return [seconds(arrivedAt, sentAt), seconds(sentAt, answeredAt), seconds(answeredAt, endedAt)];
}

/** AWS gives microseconds; a millisecond is what is known here. */
function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

/** What would end the field, or the line, is written as AWS writes it: `\x22`. */
function quoted(text: string): string {
  const safe = text.replaceAll(
    /["\\]|[^\x20-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${safe}"`;
}

/** An identifier of a connection, as the log has one. */
export function newConnectionId(): string {
  return randomBytes(16).toString('hex');
}
