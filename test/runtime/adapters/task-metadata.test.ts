import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readTaskMetadata } from '../../../runtime/adapters/task-metadata.ts';

let server: http.Server | undefined;

afterEach(() => server?.close());

async function answering(status: number, body: string): Promise<string> {
  server = http.createServer((request, response) => {
    response.writeHead(request.url === '/v4/abc/task' ? status : 404);
    response.end(body);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/abc`;
}

const TASK = {
  AvailabilityZone: 'eu-west-1b',
  TaskARN: 'arn:aws:ecs:eu-west-1:111122223333:task/demo/0123456789abcdef0123456789abcdef',
};

describe("a task's metadata", () => {
  it('is its zone, and the id that Cloud Map knows it by', async () => {
    const uri = await answering(200, JSON.stringify(TASK));
    expect(await readTaskMetadata(uri)).toEqual({ id: '0123456789abcdef0123456789abcdef', az: 'eu-west-1b' });
  });

  it.each([
    ['an error', 500, '{}'],
    ['no JSON', 200, 'garbage'],
    ['nothing of use', 200, '{}'],
  ])('is null with %s', async (_, status, body) => {
    expect(await readTaskMetadata(await answering(status, body))).toBeNull();
  });

  it('is null outside of a task', async () => {
    expect([await readTaskMetadata(undefined), await readTaskMetadata('')]).toEqual([null, null]);
  });
});
