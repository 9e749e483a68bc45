/** Data folders of PostgreSQL nodes: made once, copied cold for new clusters, copied hot for returning nodes. */

import fs from 'node:fs';
import path from 'node:path';
import type { World } from '../kernel/index.ts';
import type { Binaries } from './binaries.ts';
import { makeEngineFolder, runAsEngine, userNames, writeEngineFile } from './owner.ts';
import { ADMIN, ADMIN_DATABASE, REPLICATION_USER, SHARED_LINK, templateStatements } from './setup-sql.ts';

/** The standby whose acknowledgement makes a commit durable. No member; the model of Aurora's storage. */
export const STORAGE = 'storage';

/** Not tuned for speed but for size: many nodes share one small machine. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: '5432',
  max_connections: '200',
  shared_buffers: '32MB',
  wal_level: 'replica',
  hot_standby: 'on',
  hot_standby_feedback: 'on',
  max_wal_senders: '20',
  wal_keep_size: '128MB',
  max_wal_size: '256MB',
  checkpoint_timeout: '30min',
  wal_retrieve_retry_interval: '20ms',
  wal_receiver_status_interval: '1s',
  synchronous_commit: 'on',
  synchronous_standby_names: STORAGE,
  // Durability is by the second process: processes die here, the machine does not.
  fsync: 'off',
  jit: 'off',
  max_worker_processes: '8',
  authentication_timeout: '20s',
  client_connection_check_interval: '1s',
  log_min_messages: 'warning',
  lc_messages: 'C',
};

/** The first segment of a new data folder: while storage keeps it, a new reader may start from the template. */
export const FIRST_SEGMENT = '000000010000000000000001';

/** Makes the template that every cluster of this sandbox is copied from, unless it is there. */
export async function ensureTemplate(world: World, binaries: Binaries, folder: string): Promise<void> {
  if (fs.existsSync(path.join(folder, 'complete'))) return;
  fs.rmSync(folder, { recursive: true, force: true });
  makeEngineFolder(world, folder);
  const options = ['-U', ADMIN, '-A', 'reject', '-E', 'UTF8', '--locale=C', '--no-sync'];
  await runAsEngine(world, {
    command: binaries.initdb,
    args: ['-D', folder, '--no-instructions', ...options],
  });
  const single = (database: string, input: string) =>
    runAsEngine(world, {
      command: binaries.postgres,
      args: ['--single', '-j', '-c', 'exit_on_error=on', '-c', 'fsync=off', '-D', folder, database],
      input,
    });
  await single('template1', templateStatements({ withRoles: true }));
  await single('postgres', templateStatements({ withRoles: false }));
  await single('template1', `CREATE DATABASE ${ADMIN_DATABASE};\n\n`);
  writeEngineFile(world, path.join(folder, 'complete'), '');
}

export async function copyCold(world: World, from: string, to: string): Promise<void> {
  fs.rmSync(to, { recursive: true, force: true });
  makeEngineFolder(world, path.dirname(to));
  await runAsEngine(world, { command: 'cp', args: ['-a', '--reflink=auto', from, to] });
}

/** Exit code of tar when a file changed or went away while it was read: expected in a hot copy. */
const TAR_FILES_CHANGED = 1;

/** Copies the files of a running node between `pg_backup_start` and `pg_backup_stop`. */
export async function copyHot(world: World, from: string, to: string): Promise<void> {
  fs.rmSync(to, { recursive: true, force: true });
  makeEngineFolder(world, to);
  const without = ['postmaster.pid', 'postmaster.opts', 'pg_wal/*', 'pg_replslot/*', 'pgsql_tmp*'];
  const excludes = without.map((pattern) => `--exclude=./${pattern}`);
  const archive = path.join(path.dirname(to), `${path.basename(to)}.tar`);
  await runAsEngine(world, {
    command: 'tar',
    args: ['-C', from, ...excludes, '-cf', archive, '.'],
    accept: [0, TAR_FILES_CHANGED],
  });
  await runAsEngine(world, { command: 'tar', args: ['-C', to, '-xf', archive] });
  fs.rmSync(archive, { force: true });
}

export interface NodeConfiguration {
  /** Shown by `aurora_db_instance_identifier()`. */
  readonly name: string;
  readonly dataFolder: string;
  readonly socketFolder: string;
  readonly sharedFolder: string;
  readonly masterUser: string;
  /** The unix socket folder of the node it follows; null for a node that writes, or follows nobody. */
  readonly follows: string | null;
  readonly standby: boolean;
}

/** Writes everything that makes a copied data folder this node. The node must not run. */
export function configureNode(world: World, node: NodeConfiguration): void {
  writeSettings(world, node);
  const { supervisor, engine } = userNames(world);
  const file = (name: string) => path.join(node.dataFolder, name);
  writeEngineFile(world, file('pg_hba.conf'), hostAccess(node.masterUser));
  writeEngineFile(
    world,
    file('pg_ident.conf'),
    [`supervisor ${supervisor} all`, `engine ${engine} ${REPLICATION_USER}`, ''].join('\n'),
  );
  if (node.standby) writeEngineFile(world, file('standby.signal'), '');
  else fs.rmSync(file('standby.signal'), { force: true });
  for (const stale of ['postmaster.pid', 'postmaster.opts']) fs.rmSync(file(stale), { force: true });
  const link = file(SHARED_LINK);
  fs.rmSync(link, { force: true });
  fs.symlinkSync(node.sharedFolder, link);
}

/** Writes the node's settings; a running node reads them at the next `pg_reload_conf()`. */
export function writeSettings(world: World, node: NodeConfiguration): void {
  const upstream =
    node.follows === null
      ? ''
      : `host=${quoted(node.follows)} port=5432 user=${REPLICATION_USER} application_name=${node.name}`;
  const settings = {
    ...SETTINGS,
    cluster_name: node.name,
    unix_socket_directories: node.socketFolder,
    primary_conninfo: upstream,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${doubled(value)}`);
  writeEngineFile(world, path.join(node.dataFolder, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
}

/** For a connection string: a backslash escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`;
}

/** For a configuration file: a quote is doubled. */
function doubled(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Everyone comes over the unix socket: the supervisor as rdsadmin, nodes for replication, clients through the
 * instance's TLS front. The front alone (by its operating system user) may bring in a member of rds_iam without a
 * password, after it has verified the token; everyone else proves a password to PostgreSQL itself.
 */
function hostAccess(masterUser: string): string {
  const master = `"${masterUser.replaceAll('"', '""')}"`;
  return [
    `local all ${ADMIN} peer map=supervisor`,
    `local replication ${REPLICATION_USER} peer map=engine`,
    `local ${ADMIN_DATABASE},replication all reject`,
    `local all ${master} scram-sha-256`,
    'local all +rds_iam peer map=supervisor',
    'local all all scram-sha-256',
    '',
  ].join('\n');
}
