import crypto from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProbeRequest } from '../../../core/ports/index.ts';
import { PgProbe } from '../../../lambdas/health-check/pg-probe.ts';
import { signCertificate } from '../../../proving/sandbox/tls/certificate.ts';
import { FakePostgres } from '../fakes/postgres.ts';

const TIMEOUT_MS = 250;
const ROWS = [
  ['db-1', true, null],
  ['db-2', false, '37'],
] as const;

function newAuthority(name: string) {
  const keys = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { issuerName: name, issuerKey: keys.privateKey, issuerPublicKey: keys.publicKey };
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };
  const caPem = signCertificate({
    commonName: name,
    publicKey: keys.publicKey,
    ...issuer,
    ...validity,
    dnsNames: null,
  });
  const issue = (dnsName: string) => {
    const own = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificatePem = signCertificate({
      commonName: dnsName,
      publicKey: own.publicKey,
      ...issuer,
      ...validity,
      dnsNames: [dnsName],
    });
    return { keyPem: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificatePem };
  };
  return { caPem, issue };
}

const AUTHORITY = newAuthority('test CA');
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function setUp(options: { isReader?: boolean; certificateFor?: string; ca?: string } = {}) {
  const { isReader = false, certificateFor = 'localhost', ca = AUTHORITY.caPem } = options;
  const server = new FakePostgres({ id: 'db-1', isReader, rows: ROWS }, AUTHORITY.issue(certificateFor));
  const port = await server.listen();
  let tokens = 0;
  const token = async (): Promise<string> => `token-${(tokens += 1)}`;
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const probe = new PgProbe({ clock, port, database: 'app', user: 'probe', az: 'z', ca, token });
  open.push(
    () => probe.close(),
    () => server.close(),
  );
  const look = (request: Partial<ProbeRequest> = {}, id = 'db-1') =>
    probe.probe(
      { id, host: 'localhost' },
      { timeoutMs: TIMEOUT_MS, expectWriter: false, freshLogin: false, ...request },
    );
  return { server, probe, look };
}

describe('the probe of a member', () => {
  it('logs in with a token over verified TLS, hears the member out, and writes on the writer', async () => {
    const { server, look } = await setUp();
    const { sample, status } = await look();
    expect(sample).toMatchObject({
      memberId: 'db-1',
      reach: 'ok',
      role: 'writer',
      write: 'ok',
      sqlState: null,
    });
    expect(sample.latencyMs).toBeGreaterThanOrEqual(0);
    expect(status).toEqual([
      { memberId: 'db-1', isWriter: true, lagMs: null },
      { memberId: 'db-2', isWriter: false, lagMs: 37 },
    ]);
    expect(server.passwords).toEqual(['token-1']);
  });

  it('writes nothing on a reader, unless it is known as the writer', async () => {
    const { server, look } = await setUp({ isReader: true });
    expect((await look()).sample).toMatchObject({ role: 'reader', write: null });
    server.behaviour.beat = '25006';
    expect((await look({ expectWriter: true })).sample).toMatchObject({
      reach: 'ok',
      write: 'read-only',
      sqlState: '25006',
    });
  });

  it('keeps one connection, and makes a new login when asked to', async () => {
    const { server, look } = await setUp();
    for (let i = 0; i < 5; i += 1) await look();
    expect(server.connections).toBe(1);
    await look({ freshLogin: true });
    expect(server.passwords).toEqual(['token-1', 'token-2']);
  });

  it('a kept connection that was lost is made anew within the same probe', async () => {
    const { server, look } = await setUp();
    await look();
    server.dropSessions();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await look()).sample).toMatchObject({ reach: 'ok', write: 'ok' });
  });

  it('F-02: a member that accepts and never answers costs the time-out and no socket', async () => {
    const { server, look } = await setUp();
    server.behaviour.connect = 'hang';
    const started = performance.now();
    expect((await look()).sample).toMatchObject({
      reach: 'timeout',
      role: null,
      write: null,
      latencyMs: null,
    });
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS + 150);
    for (let i = 0; i < 3; i += 1) await look({ timeoutMs: 50 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.sockets.size).toBe(0);
  });

  it('F-02: a kept connection that falls silent is a time-out, and the next probe starts anew', async () => {
    const { server, look } = await setUp();
    await look();
    server.behaviour.ask = 'hang';
    expect((await look()).sample).toMatchObject({ reach: 'timeout', latencyMs: null });
    server.behaviour.ask = 'ok';
    expect((await look()).sample).toMatchObject({ reach: 'ok' });
    expect(server.connections).toBe(2);
  });

  it('F-04: a writer that answers but does not finish a write is reached, and its write timed out', async () => {
    const { server, look } = await setUp();
    server.behaviour.beat = 'hang';
    expect((await look()).sample).toMatchObject({ reach: 'ok', role: 'writer', write: 'timeout' });
  });

  it('a hung member does not delay another', async () => {
    const hung = await setUp();
    const well = await setUp();
    hung.server.behaviour.connect = 'hang';
    const started = performance.now();
    const [, other] = await Promise.all([
      hung.look({ timeoutMs: 1000 }),
      well.look().then((r) => ({ r, ms: performance.now() - started })),
    ]);
    expect(other.r.sample.reach).toBe('ok');
    expect(other.ms).toBeLessThan(500);
  });

  it.each([
    ['53300', 'load'],
    ['57P03', 'refused'],
    ['28P01', 'login'],
    ['XX000', 'error'],
  ])('a login that fails with %s is %s', async (code, reach) => {
    const { server, look } = await setUp();
    server.behaviour.login = code;
    expect((await look()).sample).toMatchObject({ reach, sqlState: code, role: null });
  });

  it.each([
    ['55P03', 'load'],
    ['57014', 'load'],
    ['53100', 'error'],
  ])('a heartbeat that fails with %s is %s', async (code, write) => {
    const { server, look } = await setUp();
    server.behaviour.beat = code;
    expect((await look()).sample).toMatchObject({ reach: 'ok', write, sqlState: code });
  });

  it('a port that nobody listens on is refused', async () => {
    const { server, look } = await setUp();
    await server.close();
    expect((await look()).sample).toMatchObject({ reach: 'refused' });
  });

  it('F-37, SEC-11: a wrong authority, a wrong name and plain text are refused, never accepted', async () => {
    const stranger = await setUp({ ca: newAuthority('another CA').caPem });
    expect((await stranger.look()).sample).toMatchObject({ reach: 'tls' });
    const misnamed = await setUp({ certificateFor: 'elsewhere.example' });
    expect((await misnamed.look()).sample).toMatchObject({ reach: 'tls' });
    const plain = await setUp();
    plain.server.behaviour.connect = 'plain';
    expect((await plain.look()).sample).toMatchObject({ reach: 'tls' });
    expect([stranger, misnamed, plain].flatMap(({ server }) => server.passwords)).toEqual([]);
  });

  it('F-41: a member that calls itself by another name is not believed', async () => {
    const { look } = await setUp();
    const { sample, status } = await look({}, 'db-2');
    expect(sample).toMatchObject({ memberId: 'db-2', reach: 'error', role: null, write: null });
    expect(status).toEqual([]);
  });
});
