import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve, type Web } from '../../../examples/shop-web/server.ts';
import type { HttpServer } from '../../../examples/shared/http-server.ts';
import { ServiceError } from '../../../runtime/service/errors.ts';
import type { ServiceAnswer, ServiceRequest } from '../../../runtime/index.ts';

let server: HttpServer | undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  await server?.close();
});

const TASK = { tier: 'web', version: 'v7', id: 'task-1', az: null };
const ROOT = '1-67891233-abcdef012345678912345678';

interface Rig {
  readonly asked: ServiceRequest[];
  readonly subjects: unknown[];
  ask(path: string, init?: RequestInit): Promise<Response>;
}

async function setUp(over: Partial<ServiceAnswer> | Error = {}, web: Partial<Web> = {}): Promise<Rig> {
  const asked: ServiceRequest[] = [];
  const subjects: unknown[] = [];
  const pool = {
    request(request: ServiceRequest): Promise<ServiceAnswer> {
      asked.push(request);
      if (over instanceof Error) return Promise.reject(over);
      return Promise.resolve({
        status: 200,
        headers: { 'content-type': 'application/json', 'x-version': 'service=v3@task-9' },
        body: new TextEncoder().encode('{"id":1}'),
        instance: 'task-9',
        version: 'stable',
        fellBack: false,
        attempts: 1,
        ...over,
      });
    },
    describe: () => null,
  };
  const strategy = {
    assign(subject: unknown) {
      subjects.push(subject);
      return { version: 'canary' as const, strategy: 'new-prices', rule: 0 };
    },
    describe: () => null,
  };
  server = await serve({ pool, strategy, task: TASK, ...web }, { host: '127.0.0.1', port: 0 });
  const { port } = server;
  return { asked, subjects, ask: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

describe('the web tier', () => {
  it('answers its own health without asking anybody', async () => {
    const { ask, asked } = await setUp(new Error('the service is away'));
    const response = await ask('/health');
    expect([response.status, asked]).toEqual([200, []]);
    expect(response.headers.get('x-version')).toBe('web=v7@task-1');
  });

  it('says what it knows of the tasks behind it to who asks the task itself, and nothing of it through a balancer', async () => {
    const { ask } = await setUp();
    const within = await ask('/status');
    expect([within.status, await within.json()]).toEqual([200, { pool: null, strategy: null }]);
    const outside = await ask('/status', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect([outside.status, await outside.json()]).toEqual([
      404,
      expect.objectContaining({ code: 'no-such-route' }),
    ]);
    expect((await ask('/health', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(200);
  });

  it("passes the service's answer back as it is: status, headers, body", async () => {
    const { ask, asked } = await setUp({ status: 404, headers: { 'x-cache': 'hit', connection: 'close' } });
    const response = await ask('/products/9?x=1');
    expect([response.status, await response.json()]).toEqual([404, { id: 1 }]);
    expect(response.headers.get('x-cache')).toBe('hit');
    expect(response.headers.get('connection')).not.toBe('close');
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/products/9?x=1', body: null });
  });

  it('names version and task of each tier, and the version that served', async () => {
    const { ask } = await setUp({ fellBack: true });
    const { headers } = await ask('/catalog/1');
    expect(headers.get('x-version')).toBe('web=v7@task-1, service=v3@task-9');
    expect(headers.get('x-served-version')).toBe('stable; fell-back');
  });

  it('has the rules decide by x-user, else by the token, and by attributes', async () => {
    const { ask, subjects, asked } = await setUp();
    const claims = Buffer.from(JSON.stringify({ sub: 'bob' })).toString('base64url');
    const authorization = `Bearer e30.${claims}.c2ln`;
    await ask('/orders/1', { headers: { 'x-user': 'ann', 'x-user-plan': 'beta', authorization } });
    await ask('/orders/1', { headers: { authorization } });
    await ask('/orders/1', { headers: { authorization: 'Bearer rubbish' } });
    await ask('/orders/1', { headers: { 'x-user': 'u'.repeat(200) } });
    expect(subjects).toEqual([
      { user: 'ann', attributes: { plan: 'beta' } },
      { user: 'bob', attributes: {} },
      { user: null, attributes: {} },
      { user: null, attributes: {} },
    ]);
    expect(asked[0]).toMatchObject({ version: 'canary', headers: { 'x-understudy-strategy': 'new-prices' } });
  });

  it('lets no client name its own strategy', async () => {
    const { ask, asked } = await setUp(
      {},
      {
        strategy: { assign: () => ({ version: 'stable', strategy: null, rule: null }), describe: () => null },
      },
    );
    await ask('/orders/1', { headers: { 'x-understudy-strategy': 'free-of-charge' } });
    expect(asked[0]!.headers).not.toHaveProperty('x-understudy-strategy');
  });

  it('calls a POST repeatable only where the client gave a key', async () => {
    const { ask, asked } = await setUp();
    await ask('/orders', { method: 'POST', body: '{}' });
    await ask('/orders', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'k' } });
    expect(asked.map(({ idempotencyKey }) => idempotencyKey)).toEqual([undefined, 'k']);
    expect(Buffer.from(asked[0]!.body as Uint8Array).toString()).toBe('{}');
  });

  it.each([
    ['deadline-exceeded', 504, 'retry'],
    ['service-lost', 503, 'check'],
    ['no-instance', 503, 'retry'],
  ] as const)('says %s as JSON with %i', async (code, status, advice) => {
    const { ask } = await setUp(new ServiceError(code, 'GET /orders/1: no', { advice }));
    const response = await ask('/orders/1');
    expect([response.status, await response.json()]).toEqual([
      status,
      { code, advice, message: 'GET /orders/1: no' },
    ]);
  });

  it('refuses a body that is too large, and what it does not serve', async () => {
    const { ask, asked } = await setUp();
    const large = await ask('/orders', { method: 'POST', body: 'x'.repeat(20_000) });
    const other = await ask('/admin');
    expect([large.status, other.status, asked]).toEqual([413, 404, []]);
  });

  it('passes a trace on, makes one where there is none, and writes a line a request', async () => {
    const lines: string[] = [];
    const { ask, asked } = await setUp({}, { traces: 'all' });
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    await ask('/products/1', { headers: { 'x-amzn-trace-id': `Root=${ROOT}` } });
    await ask('/products/1');
    vi.restoreAllMocks();
    const [first, second] = asked.map(({ headers }) => headers!['x-amzn-trace-id']);
    expect(first).toBe(`Root=${ROOT}`);
    expect(second).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged).toHaveLength(2);
    expect(logged[0]).toMatchObject({
      trace: ROOT,
      tier: 'web',
      task: 'task-1',
      status: 200,
      seams: { service: { instance: 'task-9', version: 'stable', fellBack: false, attempts: 1 } },
    });
  });

  it('says that it is leaving while it drains', async () => {
    const { pool, strategy } = {
      pool: { request: vi.fn(), describe: vi.fn() },
      strategy: { assign: vi.fn(), describe: vi.fn() },
    };
    server = await serve({ pool, strategy, task: TASK }, { host: '127.0.0.1', port: 0, drainMs: 300 });
    const url = `http://127.0.0.1:${server.port}/health`;
    expect((await fetch(url)).headers.get('x-draining')).toBeNull();
    const closing = server.close();
    const { status, headers } = await fetch(url);
    expect([status, headers.get('x-draining'), headers.get('connection')]).toEqual([200, '1', 'close']);
    await closing;
    await expect(fetch(url)).rejects.toThrow(/fetch failed/);
  });
});
