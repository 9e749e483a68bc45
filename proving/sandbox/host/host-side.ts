/** What every host does in its own process: it talks to the supervisor, hands connections over, and ends. */

import type { ChildProcess } from 'node:child_process';
import type net from 'node:net';
import { signalTree } from '../aurora/process-tree.ts';
import type { World } from '../kernel/index.ts';
import type { CommonFromHost, CommonSetup } from './messages.ts';

export interface Said {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** The other end may be gone: then there is nobody to tell. */
export function say(message: Said): void {
  if (process.connected) process.send?.(message);
}

/** Questions to the supervisor, each answered once, by its number. */
export class Questions<Answer> {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private asked = 0;

  ask(question: (id: number) => Said): Promise<Answer> {
    return new Promise((resolve) => {
      const id = ++this.asked;
      this.waiting.set(id, resolve);
      say(question(id));
    });
  }

  answer(id: number, answer: Answer): void {
    this.waiting.get(id)?.(answer);
    this.waiting.delete(id);
  }
}

/** Tells how a start went; one that failed ends the host. */
export function tellStart(start: Promise<object>, end: (code: number) => never): void {
  start.then(
    (told) => say({ kind: 'ready', ...told }),
    (error: unknown) => {
      say({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
      end(1);
    },
  );
}

/** Ends the engine and the process, and hands over the connections whose clients must not see it. */
export async function leaveWith(
  cutOff: readonly net.Socket[],
  engine: ChildProcess | undefined,
): Promise<void> {
  endEngine(engine);
  await Promise.all(cutOff.map(handOver));
  process.exit(0);
}

export function endEngine(engine: ChildProcess | undefined): void {
  if (engine?.pid !== undefined) signalTree(engine.pid, 'SIGKILL');
}

function handOver(socket: net.Socket): Promise<void> {
  const message: CommonFromHost = { kind: 'cut-off', from: socket.remoteAddress ?? '' };
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, socket, {}, () => resolve());
    else resolve();
  });
}

/** The part of the world that starting a child needs. */
export function hostWorld(setup: Pick<CommonSetup, 'stateDir' | 'unprivileged'>): World {
  return {
    accountId: '',
    region: '',
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms,
    now: () => Date.now(),
    stateDir: setup.stateDir,
    unprivileged: setup.unprivileged,
    log: () => undefined,
  };
}
