/**
 * The server's end of a TCP connection with a network in between: bytes, the end of either side and a reset all
 * travel through the rules, so a connection that is cut off neither closes nor answers.
 */

import type net from 'node:net';
import { Duplex } from 'node:stream';
import { Passage } from './passage.ts';
import { resetConnection } from './reset.ts';
import type { NetworkEffect } from './rule.ts';

/** What is under way in one direction before the sender has to wait: as the buffers of a TCP connection. */
const UNDER_WAY_BYTES_MAX = 256 * 1024;

export class Line extends Duplex {
  private readonly socket: net.Socket;
  private readonly inward = new Passage();
  private readonly outward = new Passage();
  private inwardBytes = 0;
  private outwardBytes = 0;

  /** @param socket open at both halves (`allowHalfOpen`), and nobody else's */
  constructor(socket: net.Socket) {
    super();
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => this.inward.send(() => this.push(null)));
    socket.on('error', () => undefined);
    socket.on('close', () => this.inward.send(() => this.destroy()));
    socket.pause();
  }

  /** Whom it connects with. */
  get peer(): { readonly address: string; readonly port: number } {
    return { address: this.socket.remoteAddress ?? '', port: this.socket.remotePort ?? 0 };
  }

  setEffect(effect: NetworkEffect | null): void {
    this.inward.setEffect(effect);
    this.outward.setEffect(effect);
  }

  /** Ends with a reset, which arrives after what was written before. */
  reset(): void {
    this.outward.send(() => resetConnection(this.socket));
    this.destroy();
  }

  /** Leaves the socket to somebody else: nothing that is under way arrives any more. */
  abandon(): void {
    this.socket.pause();
    this.socket.removeAllListeners();
    this.setEffect({ kind: 'drop' });
  }

  override _read(): void {
    if (this.inwardBytes < UNDER_WAY_BYTES_MAX) this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (!this.outward.holds) {
      this.put(chunk, done);
      return;
    }
    this.outwardBytes += chunk.length;
    const full = this.outwardBytes >= UNDER_WAY_BYTES_MAX;
    this.outward.send(() => {
      this.outwardBytes -= chunk.length;
      this.put(chunk, full ? done : () => undefined);
    });
    if (!full) done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.outward.send(() => this.socket.end());
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.outward.send(() => this.socket.destroySoon());
    done(error);
  }

  private receive(chunk: Buffer): void {
    this.inwardBytes += chunk.length;
    if (this.inwardBytes >= UNDER_WAY_BYTES_MAX) this.socket.pause();
    this.inward.send(() => {
      this.inwardBytes -= chunk.length;
      if (!this.push(chunk)) this.socket.pause();
      else if (this.inwardBytes < UNDER_WAY_BYTES_MAX) this.socket.resume();
    });
  }

  /** A socket that is gone takes everything, as the network does. */
  private put(chunk: Buffer, done: () => void): void {
    if (this.socket.destroyed || this.socket.writableEnded) done();
    else this.socket.write(chunk, () => done());
  }
}
