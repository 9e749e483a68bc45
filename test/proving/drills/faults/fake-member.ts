/**
 * A member that speaks just enough of PostgreSQL's protocol for a plain client: it lets everybody in and answers each
 * statement with one row of one text column. It obeys rules of the network by where its clients connect from.
 */

import net from 'node:net';
import type { Member } from '../../../../proving/drills/model.ts';
import type { DrillPlace, NetworkRule } from '../../../../proving/drills/ports.ts';

const AUTHENTICATION_OK = message('R', Buffer.from([0, 0, 0, 0]));
const READY = message('Z', Buffer.from('I'));

export interface FakeMember {
  readonly member: Member;
  /** What the next statements answer with. */
  answer: string;
  close(): void;
}

/** A place with such members. Its rules are obeyed unless `deaf`, as by a sandbox whose network does nothing. */
export class FakePlace {
  readonly members: FakeMember[] = [];
  readonly calls: string[] = [];
  rules: readonly NetworkRule[] = [];
  deaf = false;

  async add(id: string, role: Member['role'], az: string): Promise<FakeMember> {
    const host = `127.0.9.${this.members.length + 1}`;
    const fake: FakeMember = {
      member: { id, role, az, status: 'available', address: host, port: 0, endpoint: id, pid: 0 },
      answer: '1',
      close: () => server.close(),
    };
    const server = net.createServer((socket) => this.#serve(socket, fake));
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    Object.assign(fake.member, { port: (server.address() as net.AddressInfo).port });
    this.members.push(fake);
    return fake;
  }

  get place(): DrillPlace {
    const port = (address: string): number =>
      this.members.find((m) => m.member.address === address)!.member.port;
    return {
      connection: async (address: string) => ({
        host: address,
        port: port(address),
        user: 'u',
        database: 'd',
      }),
      setNetwork: async (rules: readonly NetworkRule[]) => {
        this.rules = rules;
      },
      setReplay: async (id: string, paused: boolean) => void this.calls.push(`replay ${id} ${paused}`),
      viewpoints: async () => [
        { kind: 'application', name: 'shop', az: null, address: '127.0.8.1' },
        { kind: 'prober', name: 'health-check-a', az: 'a', address: '127.0.8.2' },
        { kind: 'prober', name: 'health-check-b', az: 'b', address: '127.0.8.3' },
        { kind: 'prober', name: 'health-check-c', az: 'c', address: '127.0.8.4' },
      ],
    } as unknown as DrillPlace;
  }

  close(): void {
    for (const { close } of this.members) close();
  }

  #serve(socket: net.Socket, fake: FakeMember): void {
    socket.on('error', () => undefined);
    let started = false;
    socket.on('data', (data) => {
      const reply = started
        ? Buffer.concat([rows(fake.answer), READY])
        : Buffer.concat([AUTHENTICATION_OK, READY]);
      if (started && data[0] !== 'Q'.charCodeAt(0)) return;
      started = true;
      const effect = this.#effect(socket.remoteAddress!, fake.member.address);
      if (effect?.kind === 'drop') return;
      setTimeout(() => socket.write(reply), effect ? 2 * effect.ms : 0);
    });
  }

  #effect(from: string, to: string): NetworkRule['effect'] | undefined {
    if (this.deaf) return undefined;
    const matches = (end: string, address: string): boolean => end === '*' || end === address;
    return this.rules.find((rule) => matches(rule.from, from) && matches(rule.to, to))?.effect;
  }
}

function rows(value: string): Buffer {
  const column = Buffer.concat([
    Buffer.from('position\0'),
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255]),
  ]);
  const description = Buffer.concat([Buffer.from([0, 1]), column, Buffer.from([255, 255, 255, 255, 0, 0])]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(value.length);
  const row = Buffer.concat([Buffer.from([0, 1]), length, Buffer.from(value)]);
  return Buffer.concat([
    message('T', description),
    message('D', row),
    message('C', Buffer.from('SELECT 1\0')),
  ]);
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
