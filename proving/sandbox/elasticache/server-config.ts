/** The configuration file of a node's server. It holds passwords: for the server's user alone. */

import type { AclUser } from './acl.ts';
import { OWN_USER } from './acl.ts';

export interface ServerConfig {
  readonly dataFolder: string;
  readonly socketPath: string;
  readonly users: readonly AclUser[];
  readonly ownPassword: string;
  readonly memoryBytes: number;
  readonly parameters: Readonly<Record<string, string>>;
  /** Where replicas find this node; null for a group that has none. */
  readonly replication: { readonly address: string; readonly port: number } | null;
}

/**
 * Parameters of a parameter group that take effect; the others are kept and shown. ElastiCache's default for Redis OSS
 * and Valkey stands beside each.
 */
export const PARAMETER_DEFAULTS: Readonly<Record<string, string>> = {
  'maxmemory-policy': 'volatile-lru',
  'maxmemory-samples': '3',
  timeout: '0',
  'tcp-keepalive': '300',
  'lazyfree-lazy-eviction': 'no',
  'lazyfree-lazy-expire': 'no',
  'notify-keyspace-events': '',
};

const ENGINE = 'cluster-enabled no';

/**
 * Everything acknowledged is in the append-only file, in the system's memory at least: a node that was killed can be
 * started again on what it had.
 */
export function serverConfig(config: ServerConfig): string {
  const { replication } = config;
  const parameters = Object.entries(PARAMETER_DEFAULTS).map(([name, byDefault]) => {
    const value = config.parameters[name] ?? byDefault;
    return `${name} ${value === '' ? '""' : value}`;
  });
  const lines = [
    ENGINE,
    ...(replication === null ? ['port 0'] : [`bind ${replication.address}`, `port ${replication.port}`]),
    `unixsocket ${config.socketPath}`,
    'unixsocketperm 700',
    `dir ${config.dataFolder}`,
    'save ""',
    'appendonly yes',
    'appendfsync no',
    'repl-diskless-sync yes',
    'repl-diskless-sync-delay 0',
    `masteruser ${OWN_USER}`,
    `masterauth ${config.ownPassword}`,
    `maxmemory ${config.memoryBytes}`,
    ...parameters,
    // The title would be written over the environment, by which the sandbox knows its own.
    'set-proc-title no',
    'daemonize no',
    'logfile ""',
    ...config.users.map(({ name, rules }) => `user ${name} ${rules.join(' ')}`),
  ];
  return `${lines.join('\n')}\n`;
}
