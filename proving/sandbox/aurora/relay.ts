/** Carries bytes between a client and PostgreSQL, with back-pressure. */

import type { Duplex } from 'node:stream';
import { CommitGuard } from './commit-guard.ts';

export interface Relay {
  /** Cuts both sides. With a message, and where the protocol allows one, the client gets it first. */
  cut(farewell?: Buffer): void;
}

/** @param beforeAnswer called before anything of PostgreSQL's is passed on */
export function relay(client: Duplex, engine: Duplex, beforeAnswer: () => void): Relay {
  const guard = new CommitGuard();
  const cut = (farewell?: Buffer) => {
    engine.destroy();
    if (farewell && guard.atBoundary && client.writable) client.end(farewell);
    else client.destroy();
  };
  carry(client, engine, () => true);
  carry(engine, client, (chunk) => {
    beforeAnswer();
    const durable = guard.pass(chunk);
    if (!durable) cut();
    return durable;
  });
  client.on('close', () => engine.destroy());
  client.on('end', () => engine.end());
  engine.on('close', () => client.end());
  return { cut };
}

function carry(from: Duplex, to: Duplex, mayPass: (chunk: Buffer) => boolean): void {
  from.on('data', (chunk: Buffer) => {
    if (!mayPass(chunk) || to.destroyed || to.writableEnded || to.write(chunk)) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.resume();
}
