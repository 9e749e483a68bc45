/** The sandbox's own session with a node's server, past the front. Opened when it is needed, and again when it broke. */

import type { Redis } from 'ioredis';
import { type AclUser, OWN_USER } from './acl.ts';

const ANSWER_MS_MAX = 2_000;

export class AdminLink {
  private readonly socketPath: string;
  private readonly password: string;
  private client: Redis | undefined;

  constructor(socketPath: string, password: string) {
    this.socketPath = socketPath;
    this.password = password;
  }

  /** Rejects with what the server said, or when it does not answer. */
  async call(command: string, ...args: readonly string[]): Promise<unknown> {
    try {
      return await (await this.connected()).call(command, ...args);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async setUser({ name, rules }: AclUser): Promise<void> {
    await this.call('ACL', 'SETUSER', name, ...rules);
  }

  /** A field of INFO, e.g. `master_link_status`. */
  async info(section: string, field: string): Promise<string | undefined> {
    return infoField(String(await this.call('INFO', section)), field);
  }

  close(): void {
    this.client?.disconnect();
    this.client = undefined;
  }

  /** The driver is loaded here: a sandbox without a cache does without it. */
  private async connected(): Promise<Redis> {
    if (this.client?.status === 'ready') return this.client;
    this.close();
    const { Redis: Driver } = await import('ioredis');
    const fresh = new Driver({
      path: this.socketPath,
      username: OWN_USER,
      password: this.password,
      lazyConnect: true,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      connectTimeout: ANSWER_MS_MAX,
      commandTimeout: ANSWER_MS_MAX,
    });
    fresh.on('error', () => undefined);
    this.client = fresh;
    await fresh.connect();
    return fresh;
  }
}

export function infoField(info: string, field: string): string | undefined {
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}
