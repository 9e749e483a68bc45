import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { choose } from '../../../proving/drills/choose.ts';
import { runChoice } from '../../../proving/drills/drill.ts';
import type { DrillPlace } from '../../../proving/drills/ports.ts';
import { FakePlace } from './faults/fake-member.ts';

let stage: FakePlace;
let server: http.Server;
let switches: string[];

beforeEach(async () => {
  stage = new FakePlace();
  await stage.add('w', 'writer', 'a');
  await stage.add('r', 'reader', 'b');
  server = http.createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  switches = [];
});
afterEach(() => {
  stage.close();
  server.close();
  server.closeAllConnections();
});

/** Aborts as soon as the fault stands. */
function interruptedPlace(interrupt: AbortController): DrillPlace {
  const { place } = stage;
  const note = (name: string) => async (value: unknown) =>
    void switches.push(`${name} ${JSON.stringify(value)}`);
  return {
    ...place,
    pace: 'fast',
    versions: {},
    clusterEndpoint: 'cluster',
    readerEndpoint: 'readers',
    application: async () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    members: async () => stage.members.map(({ member }) => member),
    resolve: async () => stage.members[0]!.member.address,
    healthy: async () => undefined,
    acknowledge: async () => 0,
    records: async () => ({ observations: [], ledger: [] }),
    denied: async () => [],
    say: () => undefined,
    setNetwork: async (rules) => {
      await place.setNetwork(rules);
      switches.push(`network ${rules.length}`);
      if (rules.length > 0) interrupt.abort();
    },
    setReplay: place.setReplay,
    setFunctions: note('functions'),
    setStreams: note('streams'),
    setAlarms: note('alarms'),
    setDenied: note('denied'),
  };
}

it('a drill that is interrupted ends its fault and gives back what it took away', async () => {
  const interrupt = new AbortController();
  const [choice] = choose('database-reader', 'partition');
  const drill = runChoice(interruptedPlace(interrupt), choice!, {
    seed: 1,
    without: 'alarms',
    deny: { service: 'rds', kind: 'all' },
    control: false,
    signal: interrupt.signal,
  });
  await expect(drill).rejects.toMatchObject({ code: 'interrupted' });
  expect(switches).toEqual([
    'alarms false',
    'denied {"service":"rds","kind":"all"}',
    'network 2',
    'network 0',
    'denied null',
    'alarms true',
  ]);
  expect(stage.rules).toEqual([]);
}, 40_000);
