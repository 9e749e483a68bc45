/**
 * Connections whose server's end is gone while a rule cuts them off: the client must not see the end before the
 * network heals. Then they are reset, as a host that knows nothing of them answers.
 */

import type net from 'node:net';
import { resetConnection } from './reset.ts';
import { effectBetween, type NetworkRule } from './rule.ts';

interface Ends {
  readonly from: string;
  readonly to: string;
}

export class CutOff {
  private readonly sockets = new Map<net.Socket, Ends>();

  /** @param socket a connection that nobody else reads or writes */
  keep(socket: net.Socket, ends: Ends): void {
    socket.pause();
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    this.sockets.set(socket, ends);
  }

  /** Resets what these rules no longer cut off. */
  setRules(rules: readonly NetworkRule[]): void {
    for (const [socket, { from, to }] of this.sockets) {
      if (effectBetween(rules, from, to)?.kind !== 'drop') resetConnection(socket);
    }
  }

  close(): void {
    for (const socket of this.sockets.keys()) socket.destroy();
  }
}
