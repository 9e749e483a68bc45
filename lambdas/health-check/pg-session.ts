import { Client } from 'pg';
import type { DatabaseMember, MemberStatus } from '../../core/ports/index.ts';
import { HEARTBEAT_SCHEMA, HEARTBEAT_TABLE } from '../shared/contract.ts';

export interface PgTarget {
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** The zone whose heartbeat row is written. */
  readonly az: string;
  /** A login token for this host; signed on this machine, no call is made. */
  readonly token: (host: string, port: number) => Promise<string>;
  /** Authorities to trust besides those of the runtime. @default - those of the runtime (NODE_EXTRA_CA_CERTS) */
  readonly ca?: string;
}

/** What a member says of itself and of the cluster. */
export interface Words {
  readonly memberId: string;
  readonly role: 'writer' | 'reader';
  readonly status: readonly MemberStatus[];
}

/** One statement, so one round trip. Both functions are Aurora's; lag is in its own column's milliseconds. */
const ASK = `select aurora_db_instance_identifier() as id, pg_is_in_recovery() as is_reader,
  s.server_id, s.session_id = 'MASTER_SESSION_ID' as is_writer, s.replica_lag_in_msec as lag_ms
  from (values (1)) as one left join aurora_replica_status() as s on true`;

const BEAT = `insert into ${HEARTBEAT_SCHEMA}.${HEARTBEAT_TABLE} (az, beat_at, beats) values ($1, now(), 1)
  on conflict (az) do update set beat_at = excluded.beat_at, beats = ${HEARTBEAT_TABLE}.beats + 1`;

/** Share of the probe's time-out that the server may use before it gives up a statement or a lock by itself. */
const STATEMENT_SHARE = 0.8;
const LOCK_SHARE = 0.5;

/** One connection to one member. `destroy` ends it at once, at any point, and leaks no socket. */
export class PgSession {
  readonly #client: Client;
  readonly #az: string;
  #connected: Promise<unknown> | null = null;

  constructor(target: PgTarget, member: DatabaseMember, timeoutMs: number) {
    this.#az = target.az;
    this.#client = new Client({
      host: member.host,
      port: target.port,
      database: target.database,
      user: target.user,
      password: () => target.token(member.host, target.port),
      ssl: { rejectUnauthorized: true, ...(target.ca === undefined ? {} : { ca: target.ca }) },
      statement_timeout: Math.floor(timeoutMs * STATEMENT_SHARE),
      lock_timeout: Math.floor(timeoutMs * LOCK_SHARE),
      connectionTimeoutMillis: timeoutMs,
      application_name: `understudy ${target.az}`,
      keepAlive: true,
    });
    // An idle connection that breaks is noticed by the next probe; unheard, the event would end the process.
    this.#client.on('error', () => undefined);
  }

  /** Connects at the first call; later calls return at once. */
  async connect(): Promise<void> {
    this.#connected ??= this.#client.connect();
    await this.#connected;
  }

  async ask(): Promise<Words> {
    const { rows } = await this.#client.query<AskRow>(ASK);
    const [first] = rows;
    return {
      memberId: first?.id ?? '',
      role: first?.is_reader === false ? 'writer' : 'reader',
      status: rows.filter((row) => row.server_id !== null).map(statusOf),
    };
  }

  async beat(): Promise<void> {
    await this.#client.query(BEAT, [this.#az]);
  }

  destroy(): void {
    // A connect in flight would reject unheard once its socket is gone.
    this.#connected?.catch(() => undefined);
    const { stream } = (this.#client as unknown as { connection: { stream: { destroy(): void } } })
      .connection;
    stream.destroy();
  }
}

interface AskRow {
  readonly id: string;
  readonly is_reader: boolean;
  readonly server_id: string | null;
  readonly is_writer: boolean | null;
  readonly lag_ms: number | string | null;
}

function statusOf(row: AskRow): MemberStatus {
  const lag = row.lag_ms === null ? null : Number(row.lag_ms);
  return {
    memberId: row.server_id ?? '',
    isWriter: row.is_writer === true,
    lagMs: lag !== null && Number.isFinite(lag) && lag >= 0 ? lag : null,
  };
}
