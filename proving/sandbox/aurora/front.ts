/**
 * The front of one database instance: ends TLS under AWS's endpoint names, has IAM tokens verified, and passes
 * everything else through to PostgreSQL on its unix socket. Passwords are PostgreSQL's own business (SCRAM).
 */

import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { Entrance } from '../host/index.ts';
import type { Line } from '../network/line.ts';
import type { NetworkRule } from '../network/rule.ts';
import { readExactly } from './read-exactly.ts';
import { type Relay, relay } from './relay.ts';
import {
  askForPassword,
  AUTHENTICATION_OK,
  fatal,
  MESSAGE,
  PASSWORD_LENGTH_MAX,
  type Refusal,
  REQUEST,
  STARTUP_LENGTH_MAX,
  startupParameters,
} from './wire-messages.ts';

export interface FrontOptions {
  readonly address: string;
  readonly port: number;
  readonly keyPem: string;
  readonly certificatePem: string;
  /** PostgreSQL's unix socket. */
  readonly socketPath: string;
  readonly forceTls: () => boolean;
  /** Called before anything that PostgreSQL says in a session is passed on. */
  readonly beforeAnswer: () => void;
  /** Null when the token is good for this user, else why it is not. */
  readonly verifyToken: (user: string, token: string) => Promise<string | null>;
}

const NEGOTIATIONS_MAX = 2;
/** As PostgreSQL's authentication_timeout. */
const LOGIN_MS_MAX = 20_000;

const CLOSED: Refusal = { code: '57P03', message: 'the database system is starting up' };
const SHUT_DOWN: Refusal = {
  code: '57P01',
  message: 'terminating connection due to administrator command',
};

export class Front {
  private readonly options: FrontOptions;
  private readonly entrance: Entrance;
  private readonly context: tls.SecureContext;
  private readonly relays = new Set<Relay>();
  private open = false;

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

  /** Lets clients in; what is refused until then is told that the database starts. */
  admit(): void {
    this.open = true;
  }

  /** Ends every session, as a restart does, and lets nobody in until `admit`. */
  shut(): void {
    this.open = false;
    const farewell = fatal(SHUT_DOWN);
    for (const one of this.relays) one.cut(farewell);
    this.relays.clear();
  }

  /** Drops everything at once, without a word. */
  destroy(): void {
    this.open = false;
    this.entrance.destroy();
  }

  /** As `destroy`, but answers the connections that the network cuts off: open still, and carrying nothing any more. */
  abandon(): net.Socket[] {
    this.open = false;
    return this.entrance.abandon();
  }

  /** What the network does between clients and this instance, open connections included. */
  setRules(rules: readonly NetworkRule[]): void {
    this.entrance.setRules(rules);
  }

  private accept(line: Line): void {
    const late = setTimeout(() => line.destroy(), LOGIN_MS_MAX);
    line.on('close', () => clearTimeout(late));
    this.login(line).then(
      () => clearTimeout(late),
      () => line.destroy(),
    );
  }

  private async login(line: Line): Promise<void> {
    let client: Duplex = line;
    let secure = false;
    for (;;) {
      const packet = await readPacket(client);
      const request = packet.readInt32BE(4);
      if (request === REQUEST.tls && !secure) {
        client = this.upgrade(line);
        secure = true;
      } else if (request === REQUEST.gss) {
        client.write('N');
      } else if (request === REQUEST.cancel) {
        this.forwardCancel(client, packet);
        return;
      } else {
        await this.startSession(client, packet, secure);
        return;
      }
    }
  }

  private upgrade(line: Line): tls.TLSSocket {
    // Bytes sent before the handshake would be taken for encrypted ones.
    if (line.readableLength > 0) throw new Error('data before the TLS handshake');
    line.write('S');
    const secured = new tls.TLSSocket(line, { isServer: true, secureContext: this.context });
    secured.on('error', () => line.destroy());
    return secured;
  }

  private forwardCancel(client: Duplex, packet: Buffer): void {
    const engine = net.connect(this.options.socketPath);
    engine.on('error', () => undefined);
    engine.on('close', () => client.destroy());
    engine.end(packet);
  }

  private async startSession(client: Duplex, packet: Buffer, secure: boolean): Promise<void> {
    const parameters = startupParameters(packet);
    const user = parameters.get('user') ?? '';
    if (!secure && this.options.forceTls()) {
      client.end(fatal(noEncryption(user, parameters.get('database') ?? user)));
      return;
    }
    if (!this.open) {
      client.end(fatal(CLOSED));
      return;
    }
    const engine = net.connect(this.options.socketPath);
    engine.setNoDelay(true);
    let session: Relay | null = null;
    engine.on('error', () => (session ? session.cut() : client.end(fatal(CLOSED))));
    client.on('close', () => engine.destroy());
    engine.write(packet);
    const answer = await readAnswer(engine);
    if (answer.trusted && !(await this.proveToken({ client, user, secure }))) {
      engine.destroy();
      return;
    }
    if (!this.open) {
      engine.destroy();
      client.end(fatal(CLOSED));
      return;
    }
    client.write(answer.bytes);
    const started = relay(client, engine, this.options.beforeAnswer);
    session = started;
    this.relays.add(started);
    engine.on('close', () => this.relays.delete(started));
  }

  /** PostgreSQL lets members of rds_iam in on our word: it is given only for a good token, over TLS. */
  private async proveToken(login: { client: Duplex; user: string; secure: boolean }): Promise<boolean> {
    const { client, user } = login;
    client.write(askForPassword);
    const message = await readMessage(client);
    const token = message.subarray(5, -1).toString('utf8');
    const reason = login.secure
      ? await this.options.verifyToken(user, token)
      : 'a token is taken over TLS only';
    if (reason === null) return true;
    client.end(
      fatal({
        code: '28000',
        message: `PAM authentication failed for user "${user}"`,
        detail: `Sandbox: ${reason}.`,
      }),
    );
    return false;
  }
}

function noEncryption(user: string, database: string): Refusal {
  return {
    code: '28000',
    message: `no pg_hba.conf entry for host "127.0.0.1", user "${user}", database "${database}", no encryption`,
  };
}

/**
 * PostgreSQL's first answer. Before it asks for anything it may negotiate the protocol's minor version; whether it
 * trusts us is known only from the authentication message behind that.
 */
async function readAnswer(engine: Duplex): Promise<{ trusted: boolean; bytes: Buffer }> {
  const negotiated: Buffer[] = [];
  for (let count = 0; count < NEGOTIATIONS_MAX; count++) {
    const message = await readMessage(engine);
    if (message[0] !== MESSAGE.negotiateProtocol) {
      const isAuthentication = message[0] === MESSAGE.authentication;
      return {
        trusted: isAuthentication && message.readInt32BE(5) === AUTHENTICATION_OK,
        bytes: Buffer.concat([...negotiated, message]),
      };
    }
    negotiated.push(message);
  }
  throw new Error('PostgreSQL negotiates without end');
}

/** A packet of the start of a connection: length, then content. */
async function readPacket(stream: Duplex): Promise<Buffer> {
  const head = await readExactly(stream, 4);
  const length = head.readInt32BE(0);
  if (length < 8 || length > STARTUP_LENGTH_MAX) throw new Error('invalid startup packet');
  return Buffer.concat([head, await readExactly(stream, length - 4)]);
}

/** A regular message: type, length, content. */
async function readMessage(stream: Duplex): Promise<Buffer> {
  const head = await readExactly(stream, 5);
  const length = head.readInt32BE(1);
  if (length < 4 || length > PASSWORD_LENGTH_MAX) throw new Error('invalid message length');
  if (length === 4) return head;
  return Buffer.concat([head, await readExactly(stream, length - 4)]);
}
