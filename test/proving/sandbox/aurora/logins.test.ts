import { createHash } from 'node:crypto';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refuseToken } from '../../../../proving/sandbox/aurora/tokens.ts';
import { createCertificateAuthority } from '../../../../proving/sandbox/tls/index.ts';
import { APP_KEY, eventually, openStage, OTHER_KEY, REGION, type Stage } from './support.ts';

describe('logging in to an instance', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    await stage.addInstance('one');
    const master = await stage.connect('one');
    await master.query('CREATE ROLE app LOGIN');
    await master.query('CREATE ROLE other LOGIN');
    await master.query("CREATE ROLE by_password LOGIN PASSWORD 'known'");
    await master.query('GRANT rds_iam TO app, other');
    await master.end();
  });
  afterAll(() => stage?.end());

  const login = (password: string, more: Record<string, unknown> = {}) =>
    stage.connect('one', { user: 'app', password, ...more });
  const refusal = { code: '28000', message: 'PAM authentication failed for user "app"' };

  test('a token is good on the instance’s and on the cluster’s names', async () => {
    const [cluster] = stage.aurora.describe();
    for (const host of [stage.member('one').endpoint, cluster?.endpoint, cluster?.readerEndpoint]) {
      const client = await login(await stage.token('one', { host }), {
        ssl: { ca: stage.tls.caPem, servername: host },
      });
      const { rows } = await client.query('SELECT current_user AS who');
      expect(rows[0].who).toBe('app');
      await client.end();
    }
  });

  test('SEC: a token with a changed signature is refused', async () => {
    const token = await stage.token('one');
    const changed = token.replace(/X-Amz-Signature=(.)/, (_, digit) => {
      return `X-Amz-Signature=${digit === 'a' ? 'b' : 'a'}`;
    });
    await expect(login(changed)).rejects.toMatchObject(refusal);
  });

  test('SEC: a token signed for another user is refused, also when the name in it is changed', async () => {
    const token = await stage.token('one', { user: 'other' });
    await expect(login(token)).rejects.toMatchObject(refusal);
    await expect(login(token.replace('DBUser=other', 'DBUser=app'))).rejects.toMatchObject(refusal);
  });

  test('SEC: a token for another host is refused', async () => {
    const host = stage.member('one').endpoint.replace('one.', 'two.');
    await expect(login(await stage.token('one', { host }))).rejects.toMatchObject(refusal);
  });

  test('SEC: a role without rds-db:connect for the user is refused', async () => {
    await expect(login(await stage.token('one', { key: OTHER_KEY }))).rejects.toMatchObject(refusal);
    const token = await stage.token('one', { user: 'other' });
    await expect(login(token, { user: 'other' })).rejects.toMatchObject({ code: '28000' });
  });

  test('SEC: a token signed with an unknown key, or without its session token, is refused', async () => {
    const unknown = { ...APP_KEY, accessKeyId: 'ASIAUNKNOWN' };
    await expect(login(await stage.token('one', { key: unknown }))).rejects.toMatchObject(refusal);
    const { sessionToken: _, ...bare } = APP_KEY;
    const token = await stage.token('one', { key: bare as typeof APP_KEY });
    await expect(login(token)).rejects.toMatchObject(refusal);
  });

  test('SEC: a token older than 15 minutes, or from the future, is refused', async () => {
    const token = await stage.token('one');
    const identity = { lookup: () => ({ principal: {} as never, ...APP_KEY }), authorize: () => undefined };
    const verify = (now: number) =>
      refuseToken(
        token,
        {
          hosts: [stage.member('one').endpoint],
          port: 5432,
          user: 'app',
          region: REGION,
          resourceArn: 'arn',
          now,
        },
        identity as never,
      );
    expect(await verify(Date.now())).toBeNull();
    expect(await verify(Date.now() + 14 * 60_000)).toBeNull();
    expect(await verify(Date.now() + 15 * 60_000 + 2_000)).toMatch(/expired/);
    expect(await verify(Date.now() - 6 * 60_000)).toMatch(/future/);
  });

  test('SEC: nonsense for a token is refused, and so is no password', async () => {
    for (const password of ['x', 'http://', '%%%', '?Action=connect&DBUser=app', 'é'.repeat(2_000)]) {
      await expect(login(password)).rejects.toMatchObject(refusal);
    }
  });

  test('SEC: a member of rds_iam cannot log in by password, nor a password user by token', async () => {
    const master = await stage.connect('one');
    await master.query("ALTER ROLE app PASSWORD 'known'");
    await master.end();
    await expect(login('known')).rejects.toMatchObject(refusal);
    const token = await stage.token('one', { user: 'by_password' });
    await expect(login(token, { user: 'by_password' })).rejects.toMatchObject({ code: '28P01' });
    const client = await login('known', { user: 'by_password' });
    await client.end();
  });

  test('SEC: nobody logs in as rdsadmin, rdsrepladmin or for replication', async () => {
    for (const user of ['rdsadmin', 'rdsrepladmin']) {
      await expect(login('x', { user })).rejects.toMatchObject({ code: expect.stringMatching(/^28/) });
    }
    await expect(login(await stage.token('one'), { replication: 'true' })).rejects.toMatchObject({
      code: expect.stringMatching(/^28/),
    });
  });

  test('SEC: plain text is refused while rds.force_ssl is 1, and taken when it is 0', async () => {
    const refused = { code: '28000', message: expect.stringContaining('no encryption') };
    await expect(login('x', { ssl: false })).rejects.toMatchObject(refused);
    await expect(stage.connect('one', { ssl: false })).rejects.toMatchObject(refused);
    const force = (value: string) =>
      stage.create('AWS::RDS::DBClusterParameterGroup', 'Parameters', {
        DBClusterParameterGroupName: 'forced',
        Description: 'TLS only',
        Family: 'aurora-postgresql17',
        Parameters: { 'rds.force_ssl': value },
      });
    await force('0');
    const plain = await eventually('plain text is taken', 2_000, () =>
      stage.connect('one', { ssl: false }).catch(() => undefined),
    );
    await plain.end();
    await expect(login(await stage.token('one'), { ssl: false })).rejects.toMatchObject(refusal);
    await force('1');
    await eventually('plain text is refused again', 2_000, () =>
      stage.connect('one', { ssl: false }).then(
        (client) => client.end().then(() => false),
        () => true,
      ),
    );
  });

  test('SEC: a client that trusts another CA, or expects another name, does not connect', async () => {
    const other = createCertificateAuthority({
      ...stage.world,
      stateDir: `${stage.world.stateDir}/other-ca`,
    });
    const servername = stage.member('one').endpoint;
    await expect(login('x', { ssl: { ca: other.caPem, servername } })).rejects.toThrow(/certificate/);
    await expect(
      login('x', { ssl: { ca: stage.tls.caPem, servername: 'db.demo.internal' } }),
    ).rejects.toThrow(/altnames/);
  });

  test('bytes that are no PostgreSQL, or slipped in before TLS, end the connection', async () => {
    const { address } = stage.member('one');
    const talk = (bytes: Buffer) =>
      new Promise<string>((resolve) => {
        const socket = net.connect(5432, address, () => socket.write(bytes));
        let said = '';
        socket.on('data', (chunk) => (said += chunk.toString('latin1')));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(said));
      });
    expect(await talk(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toBe('');
    const tlsRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
    expect(await talk(Buffer.concat([tlsRequest, Buffer.from('early')]))).not.toMatch(/^S./s);
    const client = await stage.connect('one');
    await client.end();
  });

  test('a large answer comes through whole, and a query can be cancelled', async () => {
    const client = await stage.connect('one');
    const { rows } = await client.query("SELECT repeat('abcdefgh', 1000000) AS text");
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(digest(rows[0].text)).toBe(digest('abcdefgh'.repeat(1_000_000)));
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const asleep = client.query('SELECT pg_sleep(30)');
    asleep.catch(() => undefined);
    const cancel = Buffer.alloc(16);
    [16, 80_877_102, processID, secretKey].forEach((value, at) => cancel.writeInt32BE(value | 0, at * 4));
    net.connect(5432, stage.member('one').address).end(cancel);
    await expect(asleep).rejects.toMatchObject({ code: '57014' });
    await client.end();
  });
});
