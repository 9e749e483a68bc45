import net from 'node:net';
import { now } from '../../load/index.ts';
import type { Victim } from '../types.ts';

export interface AskOptions {
  /** Connects from this loopback address. @default - the system's choice */
  readonly from?: string;
  readonly timeoutMs: number;
}

/** Any HTTP server answers this; one that wants TLS answers it too, with an alert or a 400. */
const QUESTION = 'GET /health HTTP/1.1\r\nhost: drill\r\nconnection: close\r\n\r\n';

/** How long until the first byte of any answer, in ms; null for none in time, a refusal or a reset. */
export function answerMs(
  { address, port }: Pick<Victim, 'address' | 'port'>,
  { from, timeoutMs }: AskOptions,
): Promise<number | null> {
  const started = now();
  return new Promise((resolve) => {
    const socket = net.connect({
      host: address,
      port,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    const end = (answer: number | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), timeoutMs);
    socket.once('connect', () => socket.write(QUESTION));
    socket.once('data', () => end(now() - started));
    socket.once('error', () => end(null));
    socket.once('close', () => end(null));
  });
}

export async function answers(
  victim: Pick<Victim, 'address' | 'port'>,
  options: AskOptions,
): Promise<boolean> {
  return (await answerMs(victim, options)) !== null;
}
