/**
 * The Data API's sessions. They come in through the writer's front like any client, with the secret's user and
 * password: what the front or PostgreSQL refuses, the Data API refuses.
 */

import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { AwsError, type SecretStore } from '../../kernel/index.ts';
import type { AuroraCluster } from '../cluster.ts';
import type { Registry } from '../registry.ts';

export interface Place {
  readonly resourceArn: string;
  readonly secretArn: string;
  readonly database?: string | undefined;
  readonly schema?: string | undefined;
}

interface Transaction {
  readonly client: Client;
  readonly place: Place;
  expiry: NodeJS.Timeout;
}

/** A transaction without a call for three minutes is rolled back, as the Data API documents it. */
const TRANSACTION_IDLE_MS_MAX = 180_000;
const CONNECT_MS_MAX = 10_000;
const WRONG_CREDENTIALS = ['28P01', '28000'];

export class Sessions {
  private readonly registry: Registry;
  private readonly secrets: SecretStore;
  private readonly caPem: string;
  private readonly transactions = new Map<string, Transaction>();

  constructor(options: { registry: Registry; secrets: SecretStore; caPem: string }) {
    this.registry = options.registry;
    this.secrets = options.secrets;
    this.caPem = options.caPem;
  }

  /** Runs on the transaction's session, or on one of its own that is closed afterwards. */
  async use<T>(
    place: Place,
    transactionId: string | undefined,
    work: (client: Client) => Promise<T>,
  ): Promise<T> {
    if (transactionId !== undefined) return work(this.need(transactionId, place).client);
    const client = await this.open(place);
    try {
      return await work(client);
    } finally {
      await close(client);
    }
  }

  async begin(place: Place): Promise<string> {
    const client = await this.open(place);
    await client.query('BEGIN');
    const id = randomUUID();
    const expiry = setTimeout(() => void this.end(id), TRANSACTION_IDLE_MS_MAX);
    this.transactions.set(id, { client, place, expiry });
    return id;
  }

  async finish(id: string, place: Place, how: 'COMMIT' | 'ROLLBACK'): Promise<string> {
    const { client } = this.need(id, place);
    try {
      const { command } = await client.query(how);
      // A transaction that failed answers COMMIT with ROLLBACK.
      return command === 'COMMIT' ? 'Transaction Committed' : 'Rollback Complete';
    } finally {
      await this.end(id);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.transactions.keys()].map((id) => this.end(id)));
  }

  private need(id: string, place: Place): Transaction {
    const transaction = this.transactions.get(id);
    if (transaction === undefined || transaction.place.resourceArn !== place.resourceArn) {
      throw new AwsError('TransactionNotFoundException', `Transaction ${id} is not found`, {
        status: 404,
      });
    }
    transaction.expiry.refresh();
    return transaction;
  }

  private async end(id: string): Promise<void> {
    const transaction = this.transactions.get(id);
    if (transaction === undefined) return;
    this.transactions.delete(id);
    clearTimeout(transaction.expiry);
    await close(transaction.client);
  }

  private async open(place: Place): Promise<Client> {
    const cluster = this.cluster(place.resourceArn);
    const { user, password } = this.credentials(place.secretArn);
    const writer = cluster.instance(cluster.state.writer);
    if (writer === undefined) throw unavailable();
    const client = new Client({
      host: writer.address,
      port: cluster.settings.port,
      user,
      password,
      database: place.database ?? cluster.settings.databaseName ?? 'postgres',
      application_name: 'RDS Data API',
      connectionTimeoutMillis: CONNECT_MS_MAX,
      ssl: { ca: this.caPem, servername: cluster.names.cluster },
      types: { getTypeParser: () => (text: unknown) => text },
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await close(client);
      throw connectFailure(error);
    }
  }

  private cluster(resourceArn: string): AuroraCluster {
    const cluster = [...this.registry.clusters.values()].find(
      (known) => this.registry.arn('cluster', known.settings.id) === resourceArn,
    );
    if (cluster === undefined) {
      throw new AwsError('DatabaseNotFoundException', `DBCluster ${resourceArn} is not found`, {
        status: 404,
      });
    }
    if (cluster.settings.httpEndpoint) return cluster;
    throw new AwsError(
      'HttpEndpointNotEnabledException',
      `HttpEndpoint is not enabled for resource ${resourceArn}`,
    );
  }

  private credentials(secretArn: string): { user: string; password: string } {
    let secret: { username?: unknown; password?: unknown };
    try {
      secret = JSON.parse(this.secrets.value(secretArn)) as typeof secret;
    } catch (error) {
      const reason = error instanceof AwsError ? error.message : 'it is not JSON';
      throw new AwsError('InvalidSecretException', `The secret ${secretArn} is not valid: ${reason}`);
    }
    const { username, password } = secret;
    if (typeof username === 'string' && typeof password === 'string') {
      return { user: username, password };
    }
    throw new AwsError('InvalidSecretException', `The secret ${secretArn} has no username and password`);
  }
}

function connectFailure(error: unknown): AwsError {
  const { code, message } = error as { code?: string; message?: string };
  if (code === '3D000') return new AwsError('DatabaseErrorException', `FATAL: ${message ?? ''}`);
  if (code !== undefined && WRONG_CREDENTIALS.includes(code)) {
    return new AwsError('InvalidSecretException', `FATAL: ${message ?? ''}`);
  }
  return unavailable();
}

function unavailable(): AwsError {
  return new AwsError('DatabaseUnavailableException', 'The writer instance is unavailable', {
    status: 504,
  });
}

async function close(client: Client): Promise<void> {
  await client.end().catch(() => undefined);
}
