/** Load that looks like death (F-35): every connection of a writer taken, and its tables locked. */

import fs from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Client } from 'pg';
import { APPLICATION } from '../../bin/stage/applications.ts';
import { targetOf } from '../../bin/stage/place.ts';
import { output, readOutputs } from '../../ops/outputs.ts';
import { databaseToken } from '../../ops/token.ts';
import type { MemberStatus, SandboxCard } from '../../proving/sandbox/index.ts';

/** More than any member admits. */
const SESSIONS_MAX = 400;
const SIDE_BY_SIDE = 10;
export const TOO_MANY = '53300';

export interface WriterLoad {
  readonly sessions: number;
  /** SQLSTATE of the login that was refused. */
  readonly refusedWith: string | undefined;
  end(): Promise<void>;
}

/** Locks the tables first, then takes every connection that is left. */
export async function loadWriter(card: SandboxCard, writer: MemberStatus): Promise<WriterLoad> {
  const outputs = await readOutputs(targetOf(card), 'Demo');
  const secretId = output(outputs, 'SecretArn');
  const { SecretString } = await new SecretsManagerClient(targetOf(card)).send(
    new GetSecretValueCommand({ SecretId: secretId }),
  );
  const master = JSON.parse(SecretString!) as { username: string; password: string };
  const place = { host: writer.endpoint, port: writer.port, user: APPLICATION };
  const clients: Client[] = [];
  const connect = async (user: string, password: string): Promise<Client> => {
    const client = new Client({
      host: writer.address,
      port: writer.port,
      database: output(outputs, 'DatabaseName'),
      user,
      password,
      ssl: { ca: fs.readFileSync(card.caFile, 'utf8'), servername: writer.endpoint },
    });
    client.on('error', () => undefined);
    await client.connect();
    clients.push(client);
    return client;
  };
  const login = (): Promise<Client> => connect(master.username, master.password);
  await lock(await login(), 'understudy.heartbeat');
  const token = await databaseToken(targetOf(card), place);
  await lock(await connect(APPLICATION, token), `${APPLICATION}.orders`);
  let refusedWith: string | undefined;
  while (refusedWith === undefined && clients.length < SESSIONS_MAX) {
    const logins = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, login));
    const refused = logins.find((one) => one.status === 'rejected');
    refusedWith = (refused?.reason as { code?: string } | undefined)?.code;
  }
  return {
    sessions: clients.length,
    refusedWith,
    end: async () => void (await Promise.allSettled(clients.map((client) => client.end()))),
  };
}

async function lock(client: Client, table: string): Promise<void> {
  await client.query('begin');
  await client.query(`lock table ${table} in access exclusive mode`);
}
