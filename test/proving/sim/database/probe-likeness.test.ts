/** The simulated probe against the real one: the same situations, the same words. */

import crypto from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { MemberProbe, ProbeRequest, ProbeResult } from '../../../../core/ports/index.ts';
import { PgProbe } from '../../../../lambdas/health-check/pg-probe.ts';
import type { SimDatabase } from '../../../../proving/sim/database/index.ts';
import { signCertificate } from '../../../../proving/sandbox/tls/certificate.ts';
import { FakePostgres } from '../../../lambdas/fakes/postgres.ts';
import { stage } from './stage.ts';

const TIMEOUT_MS = 300;
const ROWS = [
  ['db-1', true, null],
  ['db-2', false, '0'],
  ['db-3', false, '0'],
] as const;

type Server = FakePostgres;

interface Situation {
  readonly name: string;
  readonly member?: 'db-1' | 'db-2';
  readonly request?: Partial<ProbeRequest>;
  /** The probe has looked once before it begins. */
  readonly isKept?: boolean;
  readonly real: (server: Server) => void | Promise<void>;
  readonly simulated: (database: SimDatabase) => void;
}

const nothing = (): void => undefined;
const load = (sqlState: '53300' | '55P03' | '57014') => (database: SimDatabase) =>
  database.setLoad('db-1', sqlState);

const SITUATIONS: readonly Situation[] = [
  { name: 'a writer that is well', real: nothing, simulated: nothing },
  { name: 'a reader that is well', member: 'db-2', real: nothing, simulated: nothing },
  {
    name: 'a reader that was known as the writer',
    member: 'db-2',
    request: { expectWriter: true },
    real: (server) => void (server.behaviour.beat = '25006'),
    simulated: nothing,
  },
  {
    name: 'a member that hangs before the login',
    real: (server) => void (server.behaviour.connect = 'hang'),
    simulated: (database) => database.freeze('db-1'),
  },
  {
    name: 'a member that hangs on a kept connection',
    isKept: true,
    real: (server) => void (server.behaviour.ask = 'hang'),
    simulated: (database) => database.freeze('db-1'),
  },
  {
    name: 'a disk that hangs',
    isKept: true,
    real: (server) => void (server.behaviour.beat = 'hang'),
    simulated: (database) => database.stallCommits('db-1', true),
  },
  {
    name: 'a port that nobody listens on',
    real: (server) => server.close(),
    simulated: (database) => database.crash('db-1'),
  },
  {
    name: 'a process that died under a kept connection',
    isKept: true,
    real: (server) => server.close(),
    simulated: (database) => database.crash('db-1'),
  },
  {
    name: 'too many connections',
    real: (server) => void (server.behaviour.login = '53300'),
    simulated: load('53300'),
  },
  {
    name: 'a lock that is not available',
    real: (server) => void (server.behaviour.beat = '55P03'),
    simulated: load('55P03'),
  },
  {
    name: 'a statement that is cancelled',
    real: (server) => void (server.behaviour.beat = '57014'),
    simulated: load('57014'),
  },
];

const keys = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
const issuer = { issuerName: 'test CA', issuerKey: keys.privateKey, issuerPublicKey: keys.publicKey };
const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

function certificate() {
  const own = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const options = { commonName: 'localhost', publicKey: own.publicKey, dnsNames: ['localhost'] };
  const certificatePem = signCertificate({ ...options, ...issuer, ...validity });
  return { keyPem: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificatePem };
}

async function realWords({ member = 'db-1', request, isKept, real }: Situation): Promise<ProbeResult> {
  const server = new FakePostgres({ id: member, isReader: member !== 'db-1', rows: ROWS }, certificate());
  const port = await server.listen();
  const ca = signCertificate({
    ...issuer,
    ...validity,
    commonName: 'test CA',
    publicKey: keys.publicKey,
    dnsNames: null,
  });
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const token = async (): Promise<string> => 'token';
  const probe = new PgProbe({ clock, port, database: 'app', user: 'probe', az: 'z', ca, token });
  open.push(
    () => probe.close(),
    () => server.close(),
  );
  const look = (): Promise<ProbeResult> => lookAt(probe, { id: member, host: 'localhost' }, request);
  if (isKept) await look();
  await real(server);
  // What broke is broken at both ends of the sockets.
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  return look();
}

async function simulatedWords({
  member = 'db-1',
  request,
  isKept,
  simulated,
}: Situation): Promise<ProbeResult> {
  const { database, settled, pass } = stage();
  const probe = database.probe('prober:us-east-1a');
  const known = database.members.find(({ id }) => id === member)!;
  const look = (): Promise<ProbeResult> => settled(lookAt(probe, known, request));
  if (isKept) await look();
  simulated(database);
  await pass(100);
  return look();
}

function lookAt(
  probe: MemberProbe,
  member: { id: string; host: string },
  request: Partial<ProbeRequest> = {},
): Promise<ProbeResult> {
  return probe.probe(member, { timeoutMs: TIMEOUT_MS, expectWriter: false, freshLogin: false, ...request });
}

/** All of it but the times. */
function wordsOf({ sample, status }: ProbeResult) {
  const { at, latencyMs, ...words } = sample;
  expect(at).toBeGreaterThan(0);
  return { ...words, answered: latencyMs !== null, status };
}

describe('the simulated probe and the real one', () => {
  it.each(SITUATIONS)('say the same of $name', async (situation) => {
    const [real, simulated] = [await realWords(situation), await simulatedWords(situation)];
    expect(wordsOf(simulated)).toEqual(wordsOf(real));
  });
});
