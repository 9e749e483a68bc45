/** Rules of the network hold between clients and nodes, for one node, one source, or everybody. */

import http from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, openStage, pause, type Stage } from './support.ts';

const FAR = '127.250.7.2';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.registered();
});
afterAll(() => stage?.end());
afterEach(() => stage.balancing.setNetwork([]));

test('a node that is cut off from one source answers the others, and what was held arrives when it heals', async () => {
  const { address } = stage.node();
  const agent = new http.Agent({ keepAlive: true });
  await stage.ask('/', { from: FAR, agent });
  await stage.balancing.setNetwork([{ from: FAR, to: address, effect: { kind: 'drop' } }]);
  let held = 'nothing';
  const late = Promise.all([stage.ask('/', { from: FAR, agent }), stage.ask('/', { from: FAR })]);
  void late.then(() => (held = 'answered'));
  await pause(400);
  expect(held).toBe('nothing');
  expect((await stage.ask('/')).status).toBe(200);
  expect((await stage.ask('/', { from: FAR, node: stage.node(1) })).status).toBe(200);
  await stage.balancing.setNetwork([]);
  expect((await late).map(({ status }) => status)).toEqual([200, 200]);
  agent.destroy();
});

test('a delay comes on top of every answer, each way', async () => {
  await stage.balancing.setNetwork([
    { from: '*', to: stage.node().address, effect: { kind: 'delay', ms: 80 } },
  ]);
  const started = performance.now();
  await stage.ask('/');
  expect(performance.now() - started).toBeGreaterThanOrEqual(159);
});

test('rules hold for a node that is replaced meanwhile', async () => {
  await stage.balancing.setNetwork([{ from: FAR, to: '*', effect: { kind: 'drop' } }]);
  process.kill(stage.node().pid!, 'SIGKILL');
  await eventually('it is gone', () => stage.node().pid === null);
  await eventually('it is back', () => stage.node().pid !== null);
  await eventually('it serves', () =>
    stage
      .ask('/')
      .then(({ status }) => status === 200)
      .catch(() => false),
  );
  let held = 'nothing';
  const late = stage.ask('/', { from: FAR }).then(() => (held = 'answered'));
  await pause(300);
  expect(held).toBe('nothing');
  await stage.balancing.setNetwork([]);
  await late;
});
