import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answerBy } from '../../lambdas/database-bootstrap/answer.ts';
import { createHandler, DatabaseNotReady } from '../../lambdas/database-bootstrap/handler.ts';
import { checkProperties, statementsOf } from '../../lambdas/database-bootstrap/statements.ts';
import { ledgerTables } from '../../core/cache/protocol/tables.ts';
import { CACHE_FRONT_ROLE } from '../../lambdas/shared/contract.ts';
import { VirtualClock } from './fakes/clock.ts';
import { SILENT } from './fakes/process.ts';

const PROPERTIES = {
  ServiceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  clusterArn: 'arn:aws:rds:eu-west-1:123456789012:cluster:c',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:s',
  database: 'app',
  probeUser: 'understudy_probe',
  applications: ['shop', 'back-office'],
  version: '1',
};

function request(type: string, change: object = {}): Record<string, unknown> {
  return {
    RequestType: type,
    ResponseURL: 'http://127.0.0.1:1/answer',
    StackId: 'arn:stack',
    RequestId: 'request',
    LogicalResourceId: 'Bootstrap',
    ResourceProperties: PROPERTIES,
    ...change,
  };
}

function setUp(fail: (call: number) => Error | null = () => null) {
  const clock = new VirtualClock();
  const ran: (readonly string[])[] = [];
  const answers: { url: string; body: Record<string, string> }[] = [];
  let calls = 0;
  const handler = createHandler({
    clock: {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms) => (ms > 60_000 ? new Promise(() => undefined) : clock.sleep(ms)),
    },
    log: SILENT,
    sql: {
      run: async (_properties, statements) => {
        calls += 1;
        const error = fail(calls);
        if (error !== null) throw error;
        ran.push(statements);
      },
    },
    answerer: {
      put: async (url, body) => void answers.push({ url, body: JSON.parse(body) as Record<string, string> }),
    },
  });
  const endsAt = clock.monotonic() + 300_000;
  const invocation = { requestId: 'r', functionArn: '', remainingMs: () => endsAt - clock.monotonic() };
  return { clock, ran, answers, calls: () => calls, run: (event: unknown) => handler(event, invocation) };
}

describe('database-bootstrap', () => {
  it.each(['Create', 'Update'])('runs its statements on %s and answers', async (type) => {
    const rig = setUp();
    await rig.run(request(type));
    expect(rig.ran).toHaveLength(1);
    expect(rig.answers).toEqual([
      {
        url: 'http://127.0.0.1:1/answer',
        body: {
          Status: 'SUCCESS',
          Reason: expect.stringContaining('statements ran') as string,
          PhysicalResourceId: 'Custom::UnderstudyDatabaseBootstrap',
          StackId: 'arn:stack',
          RequestId: 'request',
          LogicalResourceId: 'Bootstrap',
        },
      },
    ]);
  });

  it('deletes nothing and says so', async () => {
    const rig = setUp();
    await rig.run(request('Delete', { PhysicalResourceId: 'known' }));
    expect(rig.ran).toEqual([]);
    expect(rig.answers[0]!.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'known' });
    expect(rig.answers[0]!.body['Reason']).toContain('nothing is deleted');
  });

  it('tries again while the database is not ready', async () => {
    const rig = setUp((call) => (call < 4 ? new DatabaseNotReady('resuming') : null));
    await rig.run(request('Create'));
    expect(rig.calls()).toBe(4);
    expect(rig.answers[0]!.body['Status']).toBe('SUCCESS');
  });

  it('answers FAILED before its time is over when the database never gets ready', async () => {
    const rig = setUp(() => new DatabaseNotReady('still resuming'));
    await rig.run(request('Create'));
    expect(rig.answers[0]!.body).toMatchObject({ Status: 'FAILED', Reason: 'still resuming' });
    expect(rig.clock.monotonic()).toBeLessThan(1000 + 300_000);
  });

  it('answers FAILED with the cause at once for any other error', async () => {
    const rig = setUp(() => new Error('permission denied to create role'));
    await rig.run(request('Create'));
    expect(rig.calls()).toBe(1);
    expect(rig.answers[0]!.body).toMatchObject({
      Status: 'FAILED',
      Reason: 'permission denied to create role',
    });
  });

  it.each([
    [{ applications: ['shop"; drop table x; --'] }, 'applications'],
    [{ applications: ['postgres'] }, 'applications'],
    [{ applications: ['understudy'] }, 'applications'],
    [{ probeUser: '' }, 'probeUser'],
    [{ clusterArn: 'cluster' }, 'clusterArn'],
    [{ database: 'a b' }, 'database'],
    [{ caches: ['main'] }, 'caches'],
    [{ caches: ['main=0'] }, 'caches'],
    [{ caches: ['other=4'] }, 'caches'],
    [{ caches: ["main=4'; drop table x; --"] }, 'caches'],
    [{ caches: 'main=9999' }, 'shards'],
  ])('refuses the properties %j, naming the field, and runs nothing', async (change, field) => {
    const rig = setUp();
    await rig.run(request('Create', { ResourceProperties: { ...PROPERTIES, ...change } }));
    expect(rig.ran).toEqual([]);
    expect(rig.answers[0]!.body['Status']).toBe('FAILED');
    expect(rig.answers[0]!.body['Reason']).toContain(field);
  });

  it.each([null, {}, 'x', request('Create', { ResponseURL: 'file:///etc/passwd' }), request('Drop')])(
    'SEC-07: throws for what is no request of CloudFormation (%#)',
    async (event) => {
      const rig = setUp();
      await expect(rig.run(event)).rejects.toThrow(TypeError);
      expect(rig.ran).toEqual([]);
    },
  );

  it('gives the probers’ role its table alone, and each application a schema of its own', () => {
    const statements = statementsOf(checkProperties(PROPERTIES));
    const grants = statements.filter((sql) => sql.startsWith('grant'));
    expect(grants.filter((sql) => sql.endsWith('"understudy_probe"'))).toEqual([
      'grant rds_iam to "understudy_probe"',
      'grant usage on schema "understudy" to "understudy_probe"',
      'grant select, insert, update on "understudy"."heartbeat" to "understudy_probe"',
    ]);
    expect(
      statements.some((sql) => sql.includes('create schema "back-office" authorization "back-office"')),
    ).toBe(true);
    expect(statements.every((sql) => !/superuser|password/i.test(sql))).toBe(true);
  });
});

describe('the tables of a cache', () => {
  const caches = ['main=4', 'gutter=1'];
  const statements = statementsOf(checkProperties({ ...PROPERTIES, caches }));

  it('are made for the copies that there are, after everything else, and not without a cache', () => {
    const without = statementsOf(checkProperties(PROPERTIES));
    expect(statements.slice(0, without.length)).toEqual(without);
    expect(without.join()).not.toMatch(/cache/);
    const tables = ledgerTables([
      { name: 'main', shards: 4 },
      { name: 'gutter', shards: 1 },
    ]);
    expect(statements.slice(without.length, without.length + tables.length)).toEqual(tables);
  });

  it('are open to every application and to cache-front, who logs in by token, and to nobody else', () => {
    const granted = statements.filter((sql) => /^grant .* understudy_cache/.test(sql));
    const roles = new Set(granted.map((sql) => /to "(.+)"$/.exec(sql)![1]));
    expect(roles).toEqual(new Set(['shop', 'back-office', CACHE_FRONT_ROLE]));
    expect(statements).toContain(`grant rds_iam to "${CACHE_FRONT_ROLE}"`);
    expect(statements.some((sql) => sql.includes(`create role "${CACHE_FRONT_ROLE}" login`))).toBe(true);
    const before = statements.findIndex((sql) => sql.includes(`create role "${CACHE_FRONT_ROLE}"`));
    const after = statements.findIndex(
      (sql) => sql.startsWith('grant') && sql.endsWith(`"${CACHE_FRONT_ROLE}"`),
    );
    expect(before).toBeLessThan(after);
  });

  it('may be one copy, which CloudFormation passes as text', () => {
    expect(checkProperties({ ...PROPERTIES, caches: 'main=4' }).caches).toEqual(['main=4']);
  });
});

describe('the answer to CloudFormation', () => {
  let server: http.Server | null = null;
  afterEach(() => server?.close());

  it('is put with its body and an empty content type, and again after an error', async () => {
    const seen: { method?: string; type?: string; body: string }[] = [];
    server = http.createServer((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
      incoming.on('end', () => {
        seen.push({ method: incoming.method, type: incoming.headers['content-type'], body });
        response.writeHead(seen.length === 1 ? 503 : 200).end();
      });
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await answerBy(fetch, new VirtualClock()).put(`http://127.0.0.1:${port}/a?b=c`, '{"Status":"SUCCESS"}');
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual({ method: 'PUT', type: '', body: '{"Status":"SUCCESS"}' });
  });

  it('gives up after a bounded number of tries', async () => {
    let tries = 0;
    const refuse = (): Promise<Response> => {
      tries += 1;
      return Promise.reject(new Error('refused'));
    };
    await expect(answerBy(refuse, new VirtualClock()).put('http://127.0.0.1:1/', '')).rejects.toThrow(
      'refused',
    );
    expect(tries).toBe(4);
  });
});
