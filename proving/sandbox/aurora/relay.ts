/** Carries bytes between a client and PostgreSQL, with back-pressure. The place to slow or cut one side. */

import type { Duplex } from 'node:stream';
import { CommitGuard } from './commit-guard.ts';

/** What happens to a chunk on its way; it must deliver in order. A fault replaces it. */
export type Passage = (chunk: Buffer, deliver: (chunk: Buffer) => void) => void;

export const straight: Passage = (chunk, deliver) => deliver(chunk);

export interface Passages {
  toEngine: Passage;
  toClient: Passage;
}

export interface Relay {
  /** Cuts both sides. With a message, and where the protocol allows one, the client gets it first. */
  cut(farewell?: Buffer): void;
}

export function relay(client: Duplex, engine: Duplex, passages: Passages): Relay {
  const guard = new CommitGuard();
  const cut = (farewell?: Buffer) => {
    engine.destroy();
    if (farewell && guard.atBoundary && client.writable) client.end(farewell);
    else client.destroy();
  };
  carry(client, engine, (chunk, deliver) => passages.toEngine(chunk, deliver));
  carry(engine, client, (chunk, deliver) => {
    if (guard.pass(chunk)) passages.toClient(chunk, deliver);
    else cut();
  });
  client.on('close', () => engine.destroy());
  client.on('end', () => engine.end());
  engine.on('close', () => client.end());
  return { cut };
}

function carry(from: Duplex, to: Duplex, passage: Passage): void {
  const deliver = (chunk: Buffer) => {
    if (to.destroyed || to.writableEnded || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => from.resume());
  };
  from.on('data', (chunk: Buffer) => passage(chunk, deliver));
  from.resume();
}
