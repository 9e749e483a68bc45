/** The client of the door, over real sockets: which address it takes, and what it sends again. */

import fs from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DoorClient } from '../../../../proving/drills/front/load/client.ts';
import { now } from '../../../../proving/drills/load/client.ts';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { createCertificateAuthority, type ServerCertificate } from '../../../../proving/sandbox/tls/index.ts';
import { testWorld } from '../../sandbox/wire/world.ts';

const NAME = 'shop.demo.example.com';
const FIRST = '127.0.0.51';
const SECOND = '127.0.0.52';

let folder: string;
let dns: Dns;
let client: DoorClient;
let servers: https.Server[];
let asked: { readonly address: string; readonly method: string }[];
/** Addresses that take what they are sent and say nothing to it. */
let silent: Set<string>;

async function serve(
  address: string,
  port: number,
  { keyPem, certificatePem }: ServerCertificate,
): Promise<number> {
  const server = https.createServer({ key: keyPem, cert: certificatePem }, (request, response) => {
    asked.push({ address, method: request.method! });
    if (!silent.has(address)) response.end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return (server.address() as AddressInfo).port;
}

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-door-'));
  const world = testWorld({ stateDir: folder });
  const authority = createCertificateAuthority(world);
  const issued = authority.issue([NAME]);
  [servers, asked, silent] = [[], [], new Set()];
  dns = createDns(world, { zones: ['demo.example.com'] });
  await dns.start?.();
  dns.names.set(NAME, { type: 'A', values: [FIRST, SECOND], ttlS: 60 });
  const port = await serve(FIRST, 0, issued);
  await serve(SECOND, port, issued);
  const ca = fs.readFileSync(authority.caFile, 'utf8');
  client = new DoorClient({ url: `https://${NAME}:${port}`, dns: dns.stub, ca }, { perS: 100 });
});

afterEach(async () => {
  client.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await dns.stop?.();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function addressesOf(gets: number): Promise<Set<string>> {
  const from = asked.length;
  for (let n = 0; n < gets; n += 1) await client.read('/products/1', now() + 5000);
  return new Set(asked.slice(from).map(({ address }) => address));
}

it('leaves an address in its turn whose POST had no answer: the writer behind it may be away', async () => {
  silent.add(FIRST);
  silent.add(SECOND);
  const posts = await Promise.all([1, 2].map(() => client.write('/orders', {}, now() + 300)));
  expect(posts.map(({ error }) => error)).toEqual(['no answer in time', 'no answer in time']);
  silent.clear();
  expect(await addressesOf(4)).toEqual(new Set([FIRST, SECOND]));
});

it('takes an address last whose GET had no answer', async () => {
  silent.add(FIRST);
  await Promise.all([1, 2].map(() => client.read('/products/1', now() + 300)));
  silent.clear();
  expect(await addressesOf(4)).toEqual(new Set([SECOND]));
});

it('goes on to the next address with what it sends once more, too', async () => {
  // Its turn comes first. By the time of the repetition it answers, and nobody listens at the other one.
  silent.add(SECOND);
  const reading = client.read('/products/1', now() + 5000);
  await expect.poll(() => asked.length).toBe(1);
  silent.clear();
  servers[0]!.close();
  expect(await reading).toMatchObject({ status: 200, error: null, attempts: 3 });
  expect(asked.map(({ address }) => address)).toEqual([SECOND, SECOND]);
});
