import fs from 'node:fs';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sources } from '../../../../proving/sandbox/network/sources.ts';
import { type Bench, bench, OPERATOR } from './fixtures.ts';

const MEMBER = '127.97.5.3';
const sources = new Sources();
let stand: Bench;
let member: net.Server;

beforeAll(async () => {
  const zones = new Map([
    ['subnet-a', 'eu-west-1a'],
    ['subnet-b', 'eu-west-1b'],
  ]);
  stand = await bench({
    sourceAddress: (name: string, subnet: string) => sources.ofFunction(name, zones.get(subnet) ?? null),
  });
  member = net.createServer((socket) => socket.end(socket.remoteAddress ?? ''));
  await new Promise<void>((done) => member.listen(0, MEMBER, done));
});
afterAll(async () => {
  member.close();
  await stand.lambda.stop?.();
  await stand.logs.stop?.();
  fs.rmSync(stand.world.stateDir, { recursive: true, force: true });
});

/** Answers where a connection of its own to the member came from. */
function connecting(): string {
  return `
    import net from 'node:net';
    const { port } = ${JSON.stringify(member.address())};
    export const handler = () => new Promise((done, fail) => {
      let text = '';
      net.connect(port, '${MEMBER}').on('data', (part) => (text += part)).on('end', () => done(text)).on('error', fail);
    });`;
}

async function sourceSeen(arn: string): Promise<string> {
  return JSON.parse((await stand.lambda.invoke(arn, {}, OPERATOR)).payload) as string;
}

test('a function in a VPC connects from the address of its zone, which is known before it runs', async () => {
  const arns = await Promise.all(
    ['subnet-a', 'subnet-b'].map((subnet) =>
      stand.deploy(connecting(), {
        VpcConfig: { SubnetIds: [subnet], SecurityGroupIds: ['sg-1'] },
        Environment: { Variables: { UNDERSTUDY_FUNCTION: 'health-check' } },
      }),
    ),
  );
  const known = sources.list();
  expect(known.map(({ name, kind, az }) => [name, kind, az])).toEqual([
    ['health-check', 'function', 'eu-west-1a'],
    ['health-check', 'function', 'eu-west-1b'],
  ]);
  expect(await Promise.all(arns.map(sourceSeen))).toEqual(known.map(({ address }) => address));
});

test('a function in several subnets has its environments spread over them', async () => {
  const arn = await stand.deploy(connecting(), {
    VpcConfig: { SubnetIds: ['subnet-a', 'subnet-b'], SecurityGroupIds: ['sg-1'] },
    Environment: { Variables: { UNDERSTUDY_FUNCTION: 'spread' } },
  });
  const seen = await Promise.all([sourceSeen(arn), sourceSeen(arn)]);
  const own = sources.list().filter(({ name }) => name === 'spread');
  expect(seen.toSorted()).toEqual(own.map(({ address }) => address).toSorted());
});

test('a function outside a VPC has no address of its own', async () => {
  expect(await sourceSeen(await stand.deploy(connecting()))).toBe('127.0.0.1');
});
