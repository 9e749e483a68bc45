import net from 'node:net';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';

/** What the server does at each stage of the protocol. */
export interface Behaviour {
  /** `hang` accepts and never answers; `plain` refuses TLS. */
  connect: 'serve' | 'hang' | 'plain';
  /** `ok`, or the SQLSTATE of the error that is answered; `hang` answers nothing. */
  login: string;
  ask: string;
  beat: string;
}

export interface FakeMember {
  id: string;
  isReader: boolean;
  rows: readonly (readonly [id: string, isWriter: boolean, lagMs: string | null])[];
}

const SSL_REQUEST = 80_877_103;

/** The least of PostgreSQL's wire protocol that a probe needs, over TLS, with a fault at any stage. */
export class FakePostgres {
  readonly behaviour: Behaviour = { connect: 'serve', login: 'ok', ask: 'ok', beat: 'ok' };
  readonly member: FakeMember;
  readonly sockets = new Set<net.Socket>();
  readonly passwords: string[] = [];
  beats = 0;
  connections = 0;
  readonly #server: net.Server;
  readonly #context: tls.SecureContext;

  constructor(member: FakeMember, certificate: { keyPem: string; certificatePem: string }) {
    this.member = member;
    this.#context = tls.createSecureContext({ key: certificate.keyPem, cert: certificate.certificatePem });
    this.#server = net.createServer((socket) => this.#accept(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Ends every session from the server's side. */
  dropSessions(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  #accept(socket: net.Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    if (this.behaviour.connect === 'hang') {
      // Read and ignored, so that the end of the connection is noticed.
      socket.resume();
      return;
    }
    socket.once('data', (data) => {
      if (data.readUInt32BE(4) !== SSL_REQUEST) throw new Error('the probe spoke plain text');
      if (this.behaviour.connect === 'plain') {
        socket.write('N');
        return;
      }
      socket.write('S');
      const secure = new tls.TLSSocket(socket, { isServer: true, secureContext: this.#context });
      secure.on('error', () => undefined);
      this.#converse(secure);
    });
  }

  #converse(socket: tls.TLSSocket): void {
    let buffer = Buffer.alloc(0);
    let started = false;
    socket.on('data', (data) => {
      buffer = Buffer.concat([buffer, data]);
      for (;;) {
        const head = started ? 1 : 0;
        if (buffer.length < head + 4) return;
        const length = buffer.readUInt32BE(head);
        if (buffer.length < head + length) return;
        const type = started ? String.fromCharCode(buffer[0]!) : 'startup';
        const body = buffer.subarray(head + 4, head + length);
        buffer = buffer.subarray(head + length);
        started = true;
        this.#answer(socket, type, body);
      }
    });
  }

  #answer(socket: tls.TLSSocket, type: string, body: Buffer): void {
    const { behaviour } = this;
    if (type === 'startup') socket.write(message('R', int32(3)));
    else if (type === 'p') {
      this.passwords.push(body.subarray(0, -1).toString());
      if (behaviour.login === 'ok') socket.write(Buffer.concat([message('R', int32(0)), ready()]));
      else socket.end(error(behaviour.login));
    } else if (type === 'Q') this.#ask(socket);
    else if (type === 'S') this.#beat(socket);
  }

  #ask(socket: tls.TLSSocket): void {
    const { ask } = this.behaviour;
    if (ask === 'hang') return;
    if (ask !== 'ok') {
      socket.write(Buffer.concat([error(ask), ready()]));
      return;
    }
    const flag = (value: boolean): string => (value ? 't' : 'f');
    const rows = this.member.rows.map(([id, isWriter, lag]) =>
      row([this.member.id, flag(this.member.isReader), id, flag(isWriter), lag]),
    );
    const columns = columnsOf([
      ['id', 25],
      ['is_reader', 16],
      ['server_id', 25],
      ['is_writer', 16],
      ['lag_ms', 701],
    ]);
    socket.write(Buffer.concat([columns, ...rows, message('C', text('SELECT 1')), ready()]));
  }

  #beat(socket: tls.TLSSocket): void {
    const { beat } = this.behaviour;
    if (beat === 'hang') return;
    if (beat !== 'ok') {
      socket.write(Buffer.concat([error(beat), ready()]));
      return;
    }
    this.beats += 1;
    socket.write(
      Buffer.concat([message('1'), message('2'), message('n'), message('C', text('INSERT 0 1')), ready()]),
    );
  }
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}
function ready(): Buffer {
  return message('Z', Buffer.from('I'));
}
function error(code: string): Buffer {
  const fields = `SFATAL\0VFATAL\0C${code}\0Mmade to fail\0\0`;
  return message('E', Buffer.from(fields));
}
function columnsOf(columns: readonly (readonly [string, number])[]): Buffer {
  const parts = columns.map(([name, type]) =>
    Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)]),
  );
  return message('T', Buffer.concat([int16(columns.length), ...parts]));
}
function row(values: readonly (string | null)[]): Buffer {
  const parts = values.map((value) =>
    value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
  );
  return message('D', Buffer.concat([int16(values.length), ...parts]));
}
function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}
function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}
function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}
