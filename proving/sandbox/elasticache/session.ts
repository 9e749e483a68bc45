/**
 * One client's session with the server behind the front. A login by token is put to the server as one with the
 * internal password, a refused one with a password that nobody has: so the server itself answers, in order.
 */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { LoginVerdict } from './host-protocol.ts';
import { encodeRequest, RequestScanner } from './request-scanner.ts';

export interface SessionOptions {
  readonly socketPath: string;
  readonly internalPassword: string;
  readonly sessionMs: number;
  readonly verifyLogin: (user: string, password: string) => Promise<LoginVerdict>;
}

/** Where a login has its user; the password follows. */
interface Credentials {
  readonly userAt: number;
}

export class Session {
  private readonly client: Duplex;
  private readonly options: SessionOptions;
  private readonly engine: net.Socket;
  private readonly scanner = new RequestScanner();
  private expiry: NodeJS.Timeout | undefined;

  constructor(client: Duplex, options: SessionOptions) {
    this.client = client;
    this.options = options;
    this.engine = net.connect(options.socketPath);
    this.engine.setNoDelay(true);
  }

  /** Resolves when the client has said everything; rejects when the connection broke. */
  async run(): Promise<void> {
    const { client, engine } = this;
    engine.on('error', () => client.destroy());
    engine.on('close', () => client.end());
    client.on('close', () => {
      clearTimeout(this.expiry);
      engine.destroy();
    });
    engine.on('data', (chunk) => {
      if (client.destroyed || client.writableEnded || client.write(chunk)) return;
      engine.pause();
      client.once('drain', () => engine.resume());
    });
    for await (const chunk of client) await this.forward(chunk as Buffer);
    engine.end();
  }

  private async forward(chunk: Buffer): Promise<void> {
    for (const segment of this.scanner.push(chunk)) {
      const bytes =
        segment.kind === 'bytes' ? segment.bytes : encodeRequest(await this.translate(segment.args));
      if (this.engine.destroyed) return;
      if (!this.engine.write(bytes)) await once(this.engine, 'drain').catch(() => undefined);
    }
  }

  /** The login as the server is told of it. */
  private async translate(args: readonly Buffer[]): Promise<readonly (Buffer | string)[]> {
    const at = credentialsOf(args)?.userAt;
    if (at === undefined) return args;
    const [user, password] = [String(args[at]), String(args[at + 1])];
    const verdict = await this.options.verifyLogin(user, password);
    if (verdict === 'not-iam') return args;
    if (verdict === 'good') this.prolong();
    const inside = verdict === 'good' ? this.options.internalPassword : `refused ${randomUUID()}`;
    return args.with(at + 1, Buffer.from(inside));
  }

  /** A connection ends some time after its last login by token, whatever it does (AWS: 12 hours). */
  private prolong(): void {
    clearTimeout(this.expiry);
    this.expiry = setTimeout(() => this.client.destroy(), this.options.sessionMs).unref();
  }
}

/** `AUTH user password`, `HELLO 3 AUTH user password ...`. A login without a user is the default user's. */
function credentialsOf(args: readonly Buffer[]): Credentials | undefined {
  const words = args.map((arg) => String(arg).toUpperCase());
  if (words[0] === 'AUTH') return args.length === 3 ? { userAt: 1 } : undefined;
  const auth = words.indexOf('AUTH', 2);
  return auth >= 2 && args.length > auth + 2 ? { userAt: auth + 1 } : undefined;
}
