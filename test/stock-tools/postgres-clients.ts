/** `psql` and `pgbench` with verify-full: libpq, another implementation of TLS and of PostgreSQL's protocol. */

import { expect, it } from 'vitest';
import { succeeds, type Held, type Ran } from './held.ts';

const CLIENTS = 4;
const SECONDS = 4;

interface Login {
  readonly host: string;
  readonly address: string;
}

async function loginTo(held: Held, role: 'writer' | 'reader'): Promise<Login> {
  const member = (await held.cluster()).members.find((one) => one.role === role)!;
  return {
    host: held.output(role === 'writer' ? 'ClusterEndpoint' : 'ReaderEndpoint'),
    address: member.address,
  };
}

/** The name is verified and the address is given: libpq asks the system's resolver, which is not the sandbox's. */
function connection(held: Held, { host, address }: Login, rootCertificate = held.card.caFile): string {
  return Object.entries({
    host,
    hostaddr: address,
    dbname: held.output('DatabaseName'),
    user: 'shop',
    sslmode: 'verify-full',
    sslrootcert: rootCertificate,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

export function interactiveTerminal(held: () => Held): void {
  const psql = (sql: string, to: string, password: string): Promise<Ran> =>
    held().run('psql', ['-X', '-At', '-v', 'ON_ERROR_STOP=1', '-c', sql, to], { PGPASSWORD: password });

  it('psql logs in with an IAM token, over TLS whose name it verifies, and asks for the topology', async () => {
    const login = await loginTo(held(), 'writer');
    const sql = `SELECT server_id, session_id = 'MASTER_SESSION_ID' FROM aurora_replica_status() ORDER BY 1`;
    const rows = await succeeds(psql(sql, connection(held(), login), await held().token(login.host)));
    const { members } = await held().cluster();
    const expected = members.map(({ id, role }) => `${id}|${role === 'writer' ? 't' : 'f'}`);
    expect(rows.trim().split('\n').sort()).toEqual(expected.sort());
    const tls = `SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
    expect(await succeeds(psql(tls, connection(held(), login), await held().token(login.host)))).toBeTruthy();
  });

  it('psql refuses a name that the certificate does not carry', async () => {
    const { address } = await loginTo(held(), 'writer');
    const login = { host: 'writer.kit.internal', address };
    const { code, stderr } = await psql('SELECT 1', connection(held(), login), 'x');
    expect(code).not.toBe(0);
    expect(stderr).toContain('does not match host name "writer.kit.internal"');
  });

  it('psql refuses the certificate when another authority is trusted', async () => {
    const to = connection(held(), await loginTo(held(), 'writer'), '/etc/ssl/certs/ca-certificates.crt');
    const { code, stderr } = await psql('SELECT 1', to, 'x');
    expect(code).not.toBe(0);
    expect(stderr).toContain('certificate verify failed');
  });

  it('psql is refused with a token that was signed for another cluster', async () => {
    const login = await loginTo(held(), 'writer');
    const token = await held().token(login.host.replace('.cluster-', '-other.cluster-'));
    const { code, stderr } = await psql('SELECT 1', connection(held(), login), token);
    expect(code).not.toBe(0);
    expect(stderr).toContain('PAM authentication failed for user "shop"');
  });

  it('psql meets what Aurora refuses, and a reader that refuses writes', async () => {
    const writer = await loginTo(held(), 'writer');
    const lsn = 'SELECT pg_last_wal_replay_lsn()';
    const refused = await psql(lsn, connection(held(), writer), await held().token(writer.host));
    expect(refused.stderr).toContain(
      'Function pg_last_wal_replay_lsn() is currently not supported for Aurora',
    );
    const reader = await loginTo(held(), 'reader');
    const create = await psql(
      'CREATE TABLE t (i int)',
      connection(held(), reader),
      await held().token(reader.host),
    );
    expect(create.stderr).toContain('cannot execute CREATE TABLE in a read-only transaction');
  });
}

export function benchmark(held: () => Held): void {
  const pgbench = async (login: Login, ...options: readonly string[]): Promise<string> => {
    const PGPASSWORD = await held().token(login.host);
    const ran = await held().run('pgbench', [...options, connection(held(), login)], { PGPASSWORD });
    return `${await succeeds(Promise.resolve(ran))}${ran.stderr}`;
  };
  const load = ['-n', '-c', String(CLIENTS), '-j', '2', '-T', String(SECONDS)];

  it('pgbench initialises and runs its TPC-B-like load on the writer, with no failure', async () => {
    const login = await loginTo(held(), 'writer');
    expect(await pgbench(login, '-i', '-s', '1')).toContain('done in');
    expectNoFailure(await pgbench(login, ...load), 20);
  });

  it('pgbench runs its select-only load on a reader, with no failure', async () => {
    expectNoFailure(await pgbench(await loginTo(held(), 'reader'), '-S', ...load), 200);
  });
}

function expectNoFailure(text: string, transactionsMin: number): void {
  expect(Number(/transactions actually processed: (\d+)/.exec(text)?.[1])).toBeGreaterThan(transactionsMin);
  expect(text).toContain('number of failed transactions: 0 ');
}
