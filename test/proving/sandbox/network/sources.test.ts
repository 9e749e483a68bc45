import { execFile } from 'node:child_process';
import net from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceEnvironment, Sources } from '../../../../proving/sandbox/network/sources.ts';

const run = promisify(execFile);
const MEMBER = '127.98.7.6';
const SOURCE = '127.201.3.4';

describe('addresses of what connects to members', () => {
  it('differ by function, zone and task, and stay the same', () => {
    const sources = new Sources();
    const first = sources.ofFunction('health-check', 'eu-west-1a');
    const others = [
      sources.ofFunction('health-check', 'eu-west-1b'),
      sources.ofFunction('bootstrap', 'eu-west-1a'),
      sources.ofTask('health-check'),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
    expect(sources.ofFunction('health-check', 'eu-west-1a')).toBe(first);
    expect(sources.list()).toHaveLength(4);
    expect(sources.list()[0]).toEqual({
      name: 'health-check',
      kind: 'function',
      az: 'eu-west-1a',
      address: first,
    });
    for (const { address } of sources.list()) expect(address).toMatch(/^127\.(19[3-9]|2[0-5]\d)\./);
  });

  it('run out with a clear word', () => {
    const sources = new Sources();
    for (let at = 0; at < 250; at++) sources.ofTask(`task-${at}`);
    expect(() => sources.ofTask('one-more')).toThrow(/one-more gets no address.*250/);
    expect(sources.ofTask('task-0')).toBe(sources.list()[0]?.address);
  });
});

describe('the preload of a process', () => {
  let server: net.Server;
  let aws: net.Server;
  beforeAll(async () => {
    const tellSource = (socket: net.Socket) => {
      const body = socket.remoteAddress ?? '';
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      socket.on('error', () => undefined);
    };
    server = net.createServer(tellSource);
    aws = net.createServer(tellSource);
    await new Promise<void>((done) => server.listen(0, MEMBER, done));
    await new Promise<void>((done) => aws.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    server.close();
    aws.close();
  });

  async function sourcesSeen(connections: readonly string[]): Promise<string[]> {
    const port = (target: net.Server) => (target.address() as net.AddressInfo).port;
    const code = `
      const net = require('node:net');
      const http = require('node:http');
      const [member, aws, host] = [${port(server)}, ${port(aws)}, '${MEMBER}'];
      const lookup = (name, options, done) => options.all ? done(null, [{ address: host, family: 4 }]) : done(null, host, 4);
      const read = (socket) => new Promise((done, fail) => {
        let text = '';
        socket.on('data', (chunk) => (text += chunk)).on('end', () => done(text.split('\\r\\n').at(-1))).on('error', fail);
      });
      const connections = [${connections.map((one) => `() => ${one}`).join(', ')}];
      Promise.all(connections.map((one) => one())).then((seen) => console.log(JSON.stringify(seen)));`;
    const { stdout } = await run(process.execPath, ['-e', code], {
      env: { PATH: process.env['PATH'] ?? '', ...sourceEnvironment(SOURCE, '--no-warnings') },
    });
    return JSON.parse(stdout) as string[];
  }

  it('binds every way of connecting to a member', async () => {
    const ways = [
      `read(net.connect(member, host))`,
      `read(net.connect({ port: member, host }))`,
      `read(net.createConnection({ port: member, host }, () => undefined))`,
      `read(new net.Socket().connect(member, host))`,
      `read(new net.Socket().connect({ port: member, host }))`,
      `read(net.connect({ port: member, host: 'Demo.Cluster.eu-west-1.rds.amazonaws.com', lookup }))`,
      `read(net.connect({ port: member, host: 'a.b.amazonaws.com', lookup, autoSelectFamily: false }))`,
      `fetch('http://' + host + ':' + member).then((answer) => answer.text())`,
      `new Promise((done) => http.get({ host, port: member }, (answer) => done(read(answer))))`,
    ];
    expect(await sourcesSeen(ways)).toEqual(ways.map(() => SOURCE));
  });

  it('leaves the AWS endpoint and every other name alone, and an address that was chosen', async () => {
    const ways = [
      `read(net.connect(aws, '127.0.0.1'))`,
      `read(net.connect({ port: aws }))`,
      `read(net.connect({ port: aws, host: 'localhost' }))`,
      `fetch('http://127.0.0.1:' + aws).then((answer) => answer.text())`,
    ];
    expect(await sourcesSeen(ways)).toEqual(ways.map(() => '127.0.0.1'));
    const chosen = `read(net.connect({ port: member, host, localAddress: '127.201.9.9' }))`;
    expect(await sourcesSeen([chosen])).toEqual(['127.201.9.9']);
  });
});
