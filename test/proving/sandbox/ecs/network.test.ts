import net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mayRunUnprivileged } from '../../../../proving/sandbox/ecs/task/task-user.ts';
import { ask } from './balancer.ts';
import { application, definition, PORT, service } from './fixture.ts';
import { type EcsStage, eventually, openStage } from './stage.ts';

const CLIENT = '127.77.1.1';
const OTHER = '127.77.1.2';

/** `/call/<address>` asks another task, and tells how it went. */
const CALLS = `
  if (q.url.startsWith('/call/')) {
    const url = 'http://' + q.url.slice(6) + ':${PORT}/from';
    return s.end(await fetch(url, { signal: AbortSignal.timeout(1000) }).then((r) => r.text(), (e) => 'failed: ' + e.name));
  }
  if (q.url === '/self') return s.end(await fetch('http://127.0.0.1:${PORT}/').then((r) => r.text()));
  if (q.url === '/write') { require('node:fs').writeFileSync(require('node:os').tmpdir() + '/a', 'x'); return s.end(String(process.getuid())); }
`;

let stage: EcsStage;

beforeAll(async () => {
  stage = await openStage();
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  const { physicalId } = await stage.create(
    'AWS::ECS::TaskDefinition',
    definition({ code: application(CALLS) }),
  );
  await stage.create('AWS::ECS::Service', service(physicalId));
  await stage.served();
});

afterEach(() => stage.ecs.setNetwork([]));
afterAll(() => stage.end());

describe('the network of tasks', () => {
  it('shows a task who asks, and its peers by their own addresses', async () => {
    const [web, shop] = stage.running();
    expect((await ask(shop!, '/from', CLIENT)).body).toBe(CLIENT);
    expect((await ask(web!, `/call/${shop!.address}`)).body).toBe(web!.address);
  });

  it('leads 127.0.0.1 of a task to itself, and keeps the task off every other address', async () => {
    const [task] = stage.running();
    expect((await ask(task!, '/self')).body).toBe('v1');
    const port = await new Promise<string>((resolve) => {
      const probe = net.connect(PORT, '127.0.0.1', () => resolve('open'));
      probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    expect(port).toBe('ECONNREFUSED');
  });

  it('cuts one task off another, and nobody else', async () => {
    const [web, shop] = stage.running();
    const rule = { from: web!.address, to: shop!.address, effect: { kind: 'drop' } } as const;
    await stage.ecs.setNetwork([rule]);
    expect((await ask(web!, `/call/${shop!.address}`)).body).toBe('failed: TimeoutError');
    expect((await ask(shop!, '/', CLIENT)).body).toBe('v1');
  });

  it('holds what is sent on a connection that is open already, until the rule is gone', async () => {
    const [task] = stage.running();
    const socket = net.connect({ host: task!.address, port: PORT, localAddress: CLIENT });
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\n\r\n`);
    await eventually('the answer', 5_000, () => heard.includes('200 OK'));
    await stage.ecs.setNetwork([{ from: CLIENT, to: task!.address, effect: { kind: 'drop' } }]);
    heard = '';
    socket.write(`GET / HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect((await ask(task!, '/', OTHER)).body).toBe('v1');
    expect(heard).toBe('');
    await stage.ecs.setNetwork([]);
    await eventually('the answer', 5_000, () => heard.includes('200 OK'));
    socket.destroy();
  });

  it('delays both ways', async () => {
    const [task] = stage.running();
    await stage.ecs.setNetwork([{ from: '*', to: task!.address, effect: { kind: 'delay', ms: 150 } }]);
    const from = performance.now();
    await ask(task!, '/');
    expect(performance.now() - from).toBeGreaterThanOrEqual(300);
  });

  it('a task may write to its own folder, and is nobody of importance where nobody can read what it needs', async () => {
    const [task] = stage.running();
    const { body } = await ask(task!, '/write');
    const { world } = stage.engine;
    const nobody = mayRunUnprivileged(world) ? world.unprivileged?.uid : undefined;
    expect(Number(body)).toBe(nobody ?? process.getuid?.());
  });
});
