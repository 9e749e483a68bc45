import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CloudMapDiscovery } from '../../../runtime/adapters/cloud-map-discovery.ts';

let server: http.Server;
let asked: unknown[];
let answer: { status: number; body: object };
let discovery: CloudMapDiscovery;

beforeEach(async () => {
  asked = [];
  server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      asked.push(JSON.parse(text));
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'throw-away');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'throw-away');
  discovery = new CloudMapDiscovery({ region: 'eu-west-1', namespace: 'demo' });
});

afterEach(() => {
  discovery.close();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const instance = (InstanceId: string, Attributes: Record<string, string>): object => ({
  InstanceId,
  Attributes,
});

describe('instances of Cloud Map', () => {
  it('are asked for by namespace and name, and read from what ECS writes', async () => {
    const Attributes = {
      AWS_INSTANCE_IPV4: '10.0.1.7',
      AWS_INSTANCE_PORT: '8080',
      AVAILABILITY_ZONE: 'eu-west-1a',
      ECS_SERVICE_NAME: 'shop',
    };
    answer = { status: 200, body: { Instances: [instance('t1', Attributes)] } };
    expect(await discovery.instances('shop')).toEqual([
      { id: 't1', host: '10.0.1.7', port: 8080, az: 'eu-west-1a' },
    ]);
    // Where nobody is healthy everybody is named: what to make of it is the pool's affair.
    expect(asked[0]).toEqual({
      NamespaceName: 'demo',
      ServiceName: 'shop',
      MaxResults: 1000,
      HealthStatus: 'HEALTHY_OR_ELSE_ALL',
    });
  });

  it('that name no address are left out', async () => {
    const Instances = [
      instance('no-address', { AWS_INSTANCE_PORT: '8080' }),
      instance('no-port', { AWS_INSTANCE_IPV4: '10.0.1.7' }),
      instance('bad-port', { AWS_INSTANCE_IPV4: '10.0.1.7', AWS_INSTANCE_PORT: '70000' }),
      instance('no-zone', { AWS_INSTANCE_IPV4: '10.0.1.7', AWS_INSTANCE_PORT: '80' }),
    ];
    answer = { status: 200, body: { Instances } };
    expect(await discovery.instances('shop')).toEqual([
      { id: 'no-zone', host: '10.0.1.7', port: 80, az: null },
    ]);
  });

  it('are an error, asked for once, where the service is not known or AWS is away', async () => {
    answer = { status: 400, body: { __type: 'ServiceNotFound', message: 'no' } };
    await expect(discovery.instances('shop-canary')).rejects.toMatchObject({ name: 'ServiceNotFound' });
    answer = { status: 500, body: {} };
    await expect(discovery.instances('shop')).rejects.toThrow(Error);
    expect(asked).toHaveLength(2);
  });
});
