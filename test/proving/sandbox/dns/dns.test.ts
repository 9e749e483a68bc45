import { execFile, spawn, spawnSync } from 'node:child_process';
import { promises as dns } from 'node:dns';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { worldIn } from '../engine-stage.ts';

const run = promisify(execFile);
const HOST = 'w.cluster-abc.eu-west-1.rds.amazonaws.com';

describe('DNS of the sandbox', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-dns-'));
  let part: Dns;
  const resolver = (server: string) => {
    const one = new dns.Resolver({ timeout: 500, tries: 2 });
    one.setServers([server]);
    return one;
  };
  beforeAll(async () => {
    part = createDns(worldIn(folder), { zones: ['amazonaws.com', 'demo.internal'] });
    await part.start?.();
    part.names.set('i.abc.eu-west-1.rds.amazonaws.com', {
      type: 'A',
      values: ['127.0.0.21'],
      ttlS: 1,
    });
    part.names.set(HOST, { type: 'CNAME', values: ['i.abc.eu-west-1.rds.amazonaws.com'], ttlS: 1 });
  });
  afterAll(async () => {
    await part.stop?.();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test('the authoritative server and the stub resolve a chain, and say no in the right way', async () => {
    for (const server of [part.authoritative, part.stub]) {
      const one = resolver(server);
      await expect(one.resolve4(HOST)).resolves.toEqual(['127.0.0.21']);
      await expect(one.resolveCname(HOST)).resolves.toEqual(['i.abc.eu-west-1.rds.amazonaws.com']);
      await expect(one.resolve4('no.amazonaws.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
      await expect(one.resolve6('i.abc.eu-west-1.rds.amazonaws.com')).rejects.toMatchObject({
        code: 'ENODATA',
      });
      await expect(one.resolve4('example.org')).rejects.toMatchObject({ code: 'EREFUSED' });
    }
  });

  test('the stub follows a moved name when the TTL has run out, the server at once', async () => {
    const name = 'moving.demo.internal';
    part.names.set(name, { type: 'A', values: ['127.0.0.31'], ttlS: 1 });
    const stub = resolver(part.stub);
    await expect(stub.resolve4(name)).resolves.toEqual(['127.0.0.31']);
    part.names.set(name, { type: 'A', values: ['127.0.0.32'], ttlS: 1 });
    await expect(resolver(part.authoritative).resolve4(name)).resolves.toEqual(['127.0.0.32']);
    await expect(stub.resolve4(name)).resolves.toEqual(['127.0.0.31']);
    await new Promise((done) => setTimeout(done, 1_050));
    await expect(stub.resolve4(name)).resolves.toEqual(['127.0.0.32']);
  });

  test('an answer too large for UDP is fetched over TCP', async () => {
    const values = Array.from({ length: 120 }, (_, at) => `127.0.9.${at}`);
    part.names.set('big.demo.internal', { type: 'A', values, ttlS: 1 });
    const found = await resolver(part.stub).resolve4('big.demo.internal');
    expect(new Set(found)).toEqual(new Set(values));
  });

  test('a busy port is named', async () => {
    const port = Number(part.stub.split(':')[1]);
    const second = createDns(worldIn(folder), { stubPort: port });
    await expect(second.start?.()).rejects.toMatchObject({ code: 'port-busy' });
    await second.stop?.();
  });

  const script = `
    import { lookup } from 'node:dns';
    import { lookup as promised } from 'node:dns/promises';
    import dns from 'node:dns';
    const one = (name, options) => new Promise((done) => lookup(name, options, (e, a) => done(e?.code ?? a)));
    console.log(JSON.stringify([
      await one('${HOST}', {}), await one('${HOST}', { all: true }),
      (await promised('${HOST}')).address, await one('sts.amazonaws.com', {}),
      await one('localhost', { family: 4 }),
      await dns.promises.resolve4('${HOST}'),
    ]));`;

  test('the preload makes unmodified clients follow it, and nothing reaches the real AWS', async () => {
    const file = path.join(folder, 'client.mjs');
    fs.writeFileSync(file, script);
    const { stdout } = await run(process.execPath, [file], {
      env: { ...part.environment(), PATH: process.env.PATH },
    });
    expect(JSON.parse(stdout)).toEqual([
      '127.0.0.21',
      [{ address: '127.0.0.21', family: 4 }],
      '127.0.0.21',
      'ENOTFOUND',
      '127.0.0.1',
      ['127.0.0.21'],
    ]);
  });

  const late = `
    import { lookup } from 'node:dns/promises';
    const asked = (name, options) => lookup(name, options).catch((error) => error.code);
    process.stdin.once('data', async () => {
      const all = [await asked('shop.late.example.com', { all: true }), await asked('shop.late.example.com', { all: true })];
      console.log(JSON.stringify([
        all[0].map((one) => one.address).toSorted(), all[0][0].address !== all[1][0].address,
        (await asked('data-127.0.0.1')).address, (await asked('127.0.0.1')).address,
        await asked('nobody.invalid'), await asked('nobody.late.example.com'),
      ]));
      process.exit();
    });
    console.log('started');`;

  test('a name of two values takes turns, however often it is asked within a TTL', async () => {
    let now = Date.now();
    const timed = createDns({ ...worldIn(folder), now: () => now }, { zones: ['amazonaws.com'] });
    await timed.start?.();
    const values = ['one.rds.amazonaws.com', 'two.rds.amazonaws.com'];
    timed.names.set('readers.rds.amazonaws.com', { type: 'CNAME', values, ttlS: 1 });
    const one = resolver(timed.stub);
    const seen = new Set<string>();
    for (let ttl = 0; ttl < 4; ttl += 1, now += 1_001) {
      for (let asked = 0; asked < 2; asked += 1) {
        seen.add((await one.resolveCname('readers.rds.amazonaws.com'))[0]!);
      }
    }
    await timed.stop?.();
    expect([...seen].sort()).toEqual(values);
  });

  test('the preload follows a zone made after its client has started, every address in turn', async () => {
    const file = path.join(folder, 'late.mjs');
    fs.writeFileSync(file, late);
    const client = spawn(process.execPath, [file], {
      env: { ...part.environment(), PATH: process.env.PATH },
    });
    let said = '';
    client.stdout.on('data', (chunk) => (said += String(chunk)));
    await expect.poll(() => said, { timeout: 10_000 }).toContain('started');
    const zone = part.hostedZones.create({ name: 'late.example.com', comment: '', isPrivate: false });
    const values = ['127.0.0.41', '127.0.0.42'];
    const routing = { kind: 'simple' } as const;
    const rest = { setIdentifier: null, alias: null, healthCheckId: null };
    const record = { name: 'shop.late.example.com', type: 'A' as const, ttlS: 60, values, routing, ...rest };
    part.hostedZones.apply(zone.id, [{ action: 'CREATE', record }]);
    zone.served = zone.written;
    const ended = new Promise((resolve) => client.once('exit', resolve));
    client.stdin.write('ask');
    await ended;
    expect(JSON.parse(said.replace('started', ''))).toEqual([
      values,
      true,
      '127.0.0.1',
      '127.0.0.1',
      'ENOTFOUND',
      'ENOTFOUND',
    ]);
  });

  test('without a server the preload still refuses amazonaws.com', async () => {
    const file = path.join(folder, 'client.mjs');
    const env = { NODE_OPTIONS: part.environment().NODE_OPTIONS ?? '', PATH: process.env.PATH };
    await expect(run(process.execPath, [file], { env })).rejects.toMatchObject({
      stderr: expect.stringContaining(`ENOTFOUND ${HOST}`),
    });
  });

  test.runIf(spawnSync('dig', ['-v']).status === 0)('dig works on both', async () => {
    for (const server of [part.authoritative, part.stub]) {
      const port = server.split(':')[1] ?? '';
      const { stdout } = await run('dig', ['@127.0.0.1', '-p', port, HOST, '+short']);
      expect(stdout).toContain('127.0.0.21');
    }
  });
});
