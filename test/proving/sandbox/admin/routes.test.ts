import http from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sandboxClient } from '../../../../proving/sandbox/admin/client.ts';
import type { CacheNodeStatus, SandboxStatus } from '../../../../proving/sandbox/admin/model.ts';
import { addAdminRoutes } from '../../../../proving/sandbox/admin/routes.ts';
import { UnderstudyError } from '../../../../core/errors.ts';
import type { SandboxCard } from '../../../../proving/sandbox/home/state-folder.ts';

let server: http.Server;
let url: string;
let enabled: boolean;
let said: unknown[];

beforeEach(async () => {
  enabled = true;
  said = [];
  let handler:
    Parameters<import('../../../../proving/sandbox/kernel/index.ts').HttpRoutes['route']>[1] | undefined;
  addAdminRoutes(
    { url: '', route: (_prefix, h) => (handler = h) },
    {
      key: 'secret',
      status: () => ({ functionsEnabled: enabled }) as SandboxStatus,
      setFunctions: async (on) => void (enabled = on),
      setNetwork: async (rules) => void said.push(['network', rules]),
      setReplay: async (memberId, paused) => void said.push(['replay', memberId, paused]),
      functionProcesses: () => [],
      cacheNodes: () => [{ nodeId: 'demo-cache-0-001' }] as CacheNodeStatus[],
      restartCacheNode: async (nodeId, data) => void said.push(['restart', nodeId, data]),
      setStreams: (on) => void said.push(['streams', on]),
      setAlarms: (on) => void said.push(['alarms', on]),
      setDenied: (target) => void said.push(['denied', target]),
      setServiceFault: (fault) => void said.push(['service-fault', fault]),
      runTask: async () => {
        throw new UnderstudyError('it does not serve', { code: 'task-failed', advice: 'check' });
      },
      endTask: async () => undefined,
      shutDown: () => undefined,
    },
  );
  server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handler!(request, Buffer.concat(chunks), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

afterEach(() => void server.close());

const client = (key: string) =>
  sandboxClient({ url, operator: { accessKeyId: 'a', secretAccessKey: key } } as SandboxCard);

describe("the sandbox's own routes", () => {
  it('tell the status and switch the functions', async () => {
    await client('secret').setFunctions(false);
    expect(await client('secret').status()).toEqual({ functionsEnabled: false });
  });

  it('pass every switch on', async () => {
    const one = client('secret');
    const rule = { from: '*', to: '127.0.0.9', effect: { kind: 'delay', ms: 5 } } as const;
    await one.setNetwork([rule]);
    await one.setReplay('two', true);
    await one.restartCacheNode('demo-cache-0-001', 'kept');
    await one.setStreams(false);
    await one.setAlarms(true);
    await one.setDenied({ service: 'rds', kind: 'control' });
    await one.setDenied(null);
    const cutOff = { service: 'dynamodb', kind: 'partition', tasks: ['shop'] } as const;
    await one.setServiceFault(cutOff);
    await one.setServiceFault(null);
    expect(said).toEqual([
      ['network', [rule]],
      ['replay', 'two', true],
      ['restart', 'demo-cache-0-001', 'kept'],
      ['streams', false],
      ['alarms', true],
      ['denied', { service: 'rds', kind: 'control' }],
      ['denied', null],
      ['service-fault', cutOff],
      ['service-fault', null],
    ]);
  });

  it('tell the cache nodes', async () => {
    expect(await client('secret').cacheNodes()).toEqual([{ nodeId: 'demo-cache-0-001' }]);
  });

  it('fails for a rule of the network that could never match, naming it', async () => {
    const rule = { from: 'shop', to: '*', effect: { kind: 'drop' } } as const;
    await expect(client('secret').setNetwork([rule])).rejects.toMatchObject({
      code: 'invalid-network-rule',
      message: expect.stringMatching(/rules\[0\]\.from = "shop".*127\.0\.0\.0\/8/),
    });
    expect(said).toEqual([]);
  });

  it('fails for a service fault that breaks nothing, naming it', async () => {
    const fault = { service: 'dynamodb', kind: 'partition' } as const;
    await expect(client('secret').setServiceFault(fault)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/tasks = nothing: names the tasks to cut off/),
    });
    expect(said).toEqual([]);
  });

  it('refuse a wrong key', async () => {
    await expect(client('guess').setFunctions(false)).rejects.toThrow('key is missing or wrong');
    expect(enabled).toBe(true);
  });

  it('pass an error on with its code', async () => {
    await expect(
      client('secret').runTask({ name: 'x', roleArn: 'r', entry: 'e', env: {} }),
    ).rejects.toMatchObject({ code: 'task-failed' });
  });

  it('say what to do when nobody answers', async () => {
    const silent = sandboxClient({
      url: 'http://127.0.0.1:1',
      operator: { accessKeyId: 'a', secretAccessKey: 'k' },
    } as SandboxCard);
    await expect(silent.status()).rejects.toThrow(
      /http:\/\/127.0.0.1:1 does not answer[\s\S]*understudy down/,
    );
  });
});
