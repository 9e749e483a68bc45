/**
 * Where clients of an engine come in: an address, and the network between it and whoever connects. What is said over
 * a connection is the business of the front that opens it.
 */

import net from 'node:net';
import { Line } from '../network/line.ts';
import { effectBetween, type NetworkRule } from '../network/rule.ts';

export interface EntranceOptions {
  readonly address: string;
  readonly port: number;
  /** Called with every new connection, and the address that it comes from. */
  readonly onLine: (line: Line, from: string) => void;
}

export class Entrance {
  private readonly options: EntranceOptions;
  private readonly server: net.Server;
  private readonly lines = new Map<net.Socket, Line>();
  private rules: readonly NetworkRule[] = [];

  constructor(options: EntranceOptions) {
    this.options = options;
    this.server = net.createServer({ noDelay: true, allowHalfOpen: true }, (raw) => this.accept(raw));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.address, resolve);
    });
  }

  /** Takes no new connections; resolves when the last one that is open has ended. */
  shut(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  /** Drops everything at once, without a word. */
  destroy(): void {
    this.server.close();
    for (const socket of this.lines.keys()) socket.destroy();
  }

  /** As `destroy`, but answers the connections that the network cuts off: open still, and carrying nothing any more. */
  abandon(): net.Socket[] {
    const cutOff = [...this.lines.keys()].filter((socket) => this.effectOn(socket)?.kind === 'drop');
    for (const socket of cutOff) {
      this.lines.get(socket)?.abandon();
      this.lines.delete(socket);
    }
    this.destroy();
    return cutOff;
  }

  /** What the network does between clients and this address, open connections included. */
  setRules(rules: readonly NetworkRule[]): void {
    this.rules = rules;
    for (const [socket, line] of this.lines) line.setEffect(this.effectOn(socket));
  }

  private effectOn(socket: net.Socket) {
    return effectBetween(this.rules, socket.remoteAddress ?? '', this.options.address);
  }

  private accept(socket: net.Socket): void {
    const line = new Line(socket);
    line.setEffect(this.effectOn(socket));
    this.lines.set(socket, line);
    socket.on('close', () => this.lines.delete(socket));
    line.on('error', () => line.destroy());
    this.options.onLine(line, socket.remoteAddress ?? '');
  }
}
