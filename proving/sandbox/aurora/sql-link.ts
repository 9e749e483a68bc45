/** The supervisor's own session on a node, over its unix socket as the superuser. Reconnects by itself; never waits long. */

import { Client } from 'pg';
import { ADMIN, ADMIN_DATABASE } from './setup-sql.ts';

const TIMEOUT_MS = 2_000;

export type Row = Readonly<Record<string, unknown>>;

export class SqlLink {
  private readonly socketFolder: string;
  private client: Promise<Client> | undefined;

  constructor(socketFolder: string) {
    this.socketFolder = socketFolder;
  }

  /** Runs one statement. Rejects after `timeoutMs`, and then on a new session the next time. */
  async run(sql: string, timeoutMs = TIMEOUT_MS): Promise<Row[]> {
    const session = (this.client ??= this.connect());
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.drop(session);
        reject(new Error(`no answer in ${timeoutMs} ms: ${sql.slice(0, 80)}`));
      }, timeoutMs);
    });
    const work = session.then((client) => client.query<Row>(sql));
    work.catch(() => undefined);
    try {
      const { rows } = await Promise.race([work, deadline]);
      return rows;
    } catch (error) {
      if (!isServerError(error)) this.drop(session);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    if (this.client) this.drop(this.client);
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      host: this.socketFolder,
      port: 5432,
      user: ADMIN,
      database: ADMIN_DATABASE,
      application_name: 'rdsadmin',
      connectionTimeoutMillis: TIMEOUT_MS,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Ends the session without a goodbye: the node may hang. */
  private drop(session: Promise<Client>): void {
    if (this.client === session) this.client = undefined;
    session.then(
      (client) => {
        (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      },
      () => undefined,
    );
  }
}

/** An error that PostgreSQL answered, after which the session goes on. */
function isServerError(error: unknown): boolean {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && severity === 'ERROR';
}
