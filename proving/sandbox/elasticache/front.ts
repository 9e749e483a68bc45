/**
 * The front of one cache node: ends TLS under AWS's endpoint names, has IAM tokens verified, and passes every other
 * byte through to the server on its unix socket. Who may do what is the server's own business (ACL).
 */

import type net from 'node:net';
import tls from 'node:tls';
import { Entrance } from '../host/index.ts';
import type { Line } from '../network/line.ts';
import type { NetworkRule } from '../network/rule.ts';
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
  private readonly entrance: Entrance;
  private readonly context: tls.SecureContext;

  constructor(options: FrontOptions) {
    this.options = options;
    this.context = tls.createSecureContext({
      key: options.keyPem,
      cert: options.certificatePem,
      minVersion: 'TLSv1.2',
    });
    const { address, port } = options;
    this.entrance = new Entrance({ address, port, onLine: (line) => this.accept(line) });
  }

  listen(): Promise<void> {
    return this.entrance.listen();
  }

  /** Drops everything at once, without a word. */
  destroy(): void {
    this.entrance.destroy();
  }

  /** As `destroy`, but answers the connections that the network cuts off: open still, and carrying nothing any more. */
  abandon(): net.Socket[] {
    return this.entrance.abandon();
  }

  /** What the network does between clients and this node, open connections included. */
  setRules(rules: readonly NetworkRule[]): void {
    this.entrance.setRules(rules);
  }

  /** Plain text is no handshake: the connection ends. */
  private accept(line: Line): void {
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
