/**
 * The front of one cache node: ends TLS under AWS's endpoint names, has IAM tokens verified, and passes every other
 * byte through to the server on its unix socket. Who may do what is the server's own business (ACL).
 */

import net from 'node:net';
import tls from 'node:tls';
import { Line } from '../network/line.ts';
import { effectBetween, type NetworkRule } from '../network/rule.ts';
import type { LoginVerdict } from './host-protocol.ts';
import { Session } from './session.ts';

export interface FrontOptions {
  readonly address: string;
  readonly port: number;
  readonly keyPem: string;
  readonly certificatePem: string;
  /** The server's unix socket. */
  readonly socketPath: string;
  readonly internalPassword: string;
  readonly sessionMs: number;
  readonly verifyLogin: (user: string, password: string) => Promise<LoginVerdict>;
}

const HANDSHAKE_MS_MAX = 20_000;

export class Front {
  private readonly options: FrontOptions;
  private readonly server: net.Server;
  private readonly context: tls.SecureContext;
  private readonly lines = new Map<net.Socket, Line>();
  private rules: readonly NetworkRule[] = [];

  constructor(options: FrontOptions) {
    this.options = options;
    this.context = tls.createSecureContext({
      key: options.keyPem,
      cert: options.certificatePem,
      minVersion: 'TLSv1.2',
    });
    this.server = net.createServer({ noDelay: true, allowHalfOpen: true }, (raw) => this.accept(raw));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port, this.options.address, resolve);
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

  /** What the network does between clients and this node, open connections included. */
  setRules(rules: readonly NetworkRule[]): void {
    this.rules = rules;
    for (const [socket, line] of this.lines) line.setEffect(this.effectOn(socket));
  }

  private effectOn(socket: net.Socket) {
    return effectBetween(this.rules, socket.remoteAddress ?? '', this.options.address);
  }

  /** Plain text is no handshake: the connection ends. */
  private accept(socket: net.Socket): void {
    const line = new Line(socket);
    line.setEffect(this.effectOn(socket));
    this.lines.set(socket, line);
    socket.on('close', () => this.lines.delete(socket));
    line.on('error', () => line.destroy());
    const client = new tls.TLSSocket(line, { isServer: true, secureContext: this.context });
    client.on('error', () => line.destroy());
    const late = setTimeout(() => line.destroy(), HANDSHAKE_MS_MAX);
    line.on('close', () => clearTimeout(late));
    client.once('secure', () => {
      clearTimeout(late);
      new Session(client, this.options).run().then(
        () => undefined,
        () => line.destroy(),
      );
    });
  }
}
