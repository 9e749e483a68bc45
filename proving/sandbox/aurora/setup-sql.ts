/**
 * What makes PostgreSQL look like Aurora from SQL: its roles, its functions, and the functions it refuses.
 * Runs once in the template databases, as the superuser `rdsadmin`, before any cluster is copied from them.
 */

/** The superuser. On AWS its sessions belong to RDS alone; here the supervisor is its only user. */
export const ADMIN = 'rdsadmin';
export const ADMIN_DATABASE = 'rdsadmin';
/** Replication between the nodes. */
export const REPLICATION_USER = 'rdsrepladmin';
/** Relative to the data folder: a link to the folder that all nodes of a cluster share. */
export const SHARED_LINK = 'aurora';
export const STATUS_FILE = 'status.json';

/** PostgreSQL's own functions, kept under another name, as the supervisor needs them. */
export const REPLAY_LSN = 'rdsadmin_replay_lsn()';
export const RECEIVE_LSN = 'rdsadmin_receive_lsn()';
export const FLUSH_LSN = 'rdsadmin_flush_lsn()';

const ROLES = [
  `CREATE ROLE rds_superuser NOLOGIN`,
  `CREATE ROLE rds_password NOLOGIN`,
  `CREATE ROLE rds_replication NOLOGIN`,
  `CREATE ROLE rds_iam NOLOGIN`,
  `CREATE ROLE ${REPLICATION_USER} LOGIN REPLICATION`,
  `GRANT pg_monitor, pg_signal_backend, pg_checkpoint, rds_password, rds_replication TO rds_superuser WITH ADMIN OPTION`,
];

/** Aurora's text and SQLSTATE, e.g. as pghero met them. */
function notSupported(name: string): string {
  return raising(
    name,
    `ERRCODE = '0A000', MESSAGE = 'Function ${name}() is currently not supported for Aurora'`,
  );
}

function needsLogical(name: string): string {
  return raising(
    name,
    `ERRCODE = '55000', MESSAGE = 'wal_level must be set to ''logical''', HINT = 'WAL control functions ` +
      `cannot be executed when wal_level < logical.'`,
  );
}

function raising(name: string, using: string): string {
  return `CREATE FUNCTION pg_catalog.${name}() RETURNS pg_lsn LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ${using}; END $$`;
}

function rename(name: string, to: string): string {
  return `ALTER FUNCTION pg_catalog.${name}() RENAME TO ${to.replace('()', '')}`;
}

const REFUSED = [
  rename('pg_last_wal_receive_lsn', RECEIVE_LSN),
  rename('pg_last_wal_replay_lsn', REPLAY_LSN),
  rename('pg_current_wal_flush_lsn', FLUSH_LSN),
  rename('pg_current_wal_lsn', 'rdsadmin_current_lsn()'),
  rename('pg_current_wal_insert_lsn', 'rdsadmin_insert_lsn()'),
  `REVOKE ALL ON FUNCTION pg_catalog.rdsadmin_receive_lsn(), pg_catalog.rdsadmin_replay_lsn(), pg_catalog.rdsadmin_flush_lsn(), ` +
    `pg_catalog.rdsadmin_current_lsn(), pg_catalog.rdsadmin_insert_lsn() FROM PUBLIC`,
  ...[
    'pg_last_wal_receive_lsn',
    'pg_last_wal_replay_lsn',
    'pg_last_xlog_receive_location',
    'pg_last_xlog_replay_location',
    'pg_current_xlog_location',
  ].map(notSupported),
  ...['pg_current_wal_lsn', 'pg_current_wal_flush_lsn', 'pg_current_wal_insert_lsn'].map(needsLogical),
];

const FUNCTIONS = [
  `CREATE FUNCTION pg_catalog.aurora_db_instance_identifier() RETURNS text LANGUAGE sql STABLE SECURITY ` +
    `DEFINER SET search_path = pg_catalog AS $$ SELECT current_setting('cluster_name') $$`,
  `CREATE FUNCTION pg_catalog.aurora_version() RETURNS text LANGUAGE sql STABLE SET search_path ` +
    `= pg_catalog AS $$ SELECT current_setting('server_version') || '.0' $$`,
  `CREATE FUNCTION pg_catalog.rdsadmin_own_lsn() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER ` +
    `SET search_path = pg_catalog AS $$ SELECT ((CASE WHEN pg_is_in_recovery() THEN ${REPLAY_LSN} ` +
    `ELSE ${FLUSH_LSN} END) - '0/0'::pg_lsn)::bigint $$`,
  `REVOKE ALL ON FUNCTION pg_catalog.rdsadmin_own_lsn() FROM PUBLIC`,
  replicaStatus(),
  supportedExtensions(),
];

/**
 * Columns and their meaning: Aurora guide, "aurora_replica_status". The row of the node that answers is live: its
 * flushed position right now where it writes, its replayed position right now where it reads, so a comparison of
 * positions is sound for reading one's own writes. The other rows come from the shared status file, which the
 * supervisor refreshes several times a second. As on Aurora since 13.9 the answering node's own
 * last_update_timestamp is null.
 */
function replicaStatus(): string {
  return `CREATE FUNCTION pg_catalog.aurora_replica_status(
  OUT server_id text, OUT session_id text, OUT durable_lsn bigint, OUT highest_lsn_rcvd bigint,
  OUT current_read_lsn bigint, OUT cur_replay_latency_in_usec bigint, OUT active_txns integer,
  OUT is_current boolean, OUT last_transport_error integer, OUT last_error_timestamp timestamptz,
  OUT last_update_timestamp timestamptz, OUT feedback_xmin bigint, OUT feedback_epoch integer,
  OUT replica_lag_in_msec double precision, OUT log_stream_speed_in_kib_per_second double precision,
  OUT log_buffer_sequence_number bigint, OUT oldest_read_view_trx_id bigint,
  OUT oldest_read_view_lsn bigint, OUT pending_read_ios bigint, OUT read_ios bigint, OUT iops integer,
  OUT cpu double precision
) RETURNS SETOF record LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH status AS MATERIALIZED (
    SELECT pg_read_file('${SHARED_LINK}/${STATUS_FILE}', true)::jsonb AS document
  ), own AS MATERIALIZED (
    SELECT current_setting('cluster_name') AS id, rdsadmin_own_lsn() AS lsn
  ), member AS (
    SELECT m.*, m.id = document->>'writer' AS writes, m.id = own.id AS own,
           CASE WHEN m.id = own.id THEN own.lsn ELSE m.lsn END AS live_lsn
      FROM status, own, jsonb_to_recordset(document->'members') AS m(
        id text, session text, lsn bigint, received bigint, lag_ms double precision, transactions integer,
        updated_at timestamptz)
  )
  SELECT id, CASE WHEN writes THEN 'MASTER_SESSION_ID' ELSE session END, live_lsn,
         CASE WHEN NOT writes THEN greatest(received, live_lsn) END,
         CASE WHEN NOT writes THEN live_lsn END,
         CASE WHEN NOT writes THEN round(lag_ms * 1000)::bigint END,
         transactions, true, 0, NULL::timestamptz,
         CASE WHEN NOT own THEN updated_at END,
         NULL::bigint, NULL::integer,
         CASE WHEN NOT writes THEN lag_ms END,
         NULL::double precision, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
         NULL::integer, NULL::double precision
    FROM member ORDER BY writes DESC, id
$$`;
}

/**
 * Aurora's parameter `rds.extensions`: the extensions that a user may create. Drivers look for `aurora_stat_utils` in
 * it to tell Aurora from other PostgreSQL. A setting of a name with a dot is in no view unless a library defines it,
 * so the row is added to the view.
 */
function supportedExtensions(): string {
  const columns =
    'name, setting, unit, category, short_desc, extra_desc, context, vartype, source, min_val, max_val, ' +
    'enumvals, boot_val, reset_val, sourcefile, sourceline, pending_restart';
  const known = `SELECT name::text COLLATE "default" AS name FROM pg_available_extensions() UNION SELECT 'aurora_stat_utils'`;
  const list = `(SELECT string_agg(name, ', ' ORDER BY name) FROM (${known}) AS known)`;
  return (
    `CREATE OR REPLACE VIEW pg_catalog.pg_settings AS SELECT ${columns} FROM pg_show_all_settings() ` +
    `UNION ALL SELECT 'rds.extensions', ${list}, NULL, 'Customized Options', 'Extensions that may be created', ` +
    `NULL, 'internal', 'string', 'default', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false`
  );
}

/** Statements for a template database. Roles are shared by all databases: made with the first only. */
export function templateStatements(options: { readonly withRoles: boolean }): string {
  const statements = [...(options.withRoles ? ROLES : []), ...REFUSED, ...FUNCTIONS];
  return `${statements.join(';\n\n')};\n\n`;
}

/** What a new cluster needs besides: the master user, who is no superuser, and its databases. */
export function clusterStatements(options: {
  readonly masterUser: string;
  readonly masterPassword: string;
  readonly databaseName: string | null;
}): string[] {
  const master = identifier(options.masterUser);
  const statements = [
    `CREATE ROLE ${master} LOGIN CREATEROLE CREATEDB PASSWORD ${literal(options.masterPassword)} IN ROLE rds_superuser`,
    // Not through rds_superuser: pg_hba.conf would take every member of it for a user that must bring a token.
    `GRANT rds_iam TO ${master} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
    `ALTER DATABASE postgres OWNER TO ${master}`,
  ];
  const name = options.databaseName;
  if (name !== null && name !== 'postgres') {
    statements.push(`CREATE DATABASE ${identifier(name)} OWNER ${master}`);
  }
  return statements;
}

export function passwordStatement(user: string, password: string): string {
  return `ALTER ROLE ${identifier(user)} PASSWORD ${literal(password)}`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
