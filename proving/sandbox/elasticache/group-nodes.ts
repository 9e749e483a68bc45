/**
 * The nodes of one replication group, and the physical changes to them. Which change is made when is the state
 * machine's business.
 */

import { randomUUID } from 'node:crypto';
import type { GroupNames } from '../../twin/elasticache/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import { CacheNode, type StartOrder } from './cache-node.ts';
import type { GroupSettings, Shared } from './group-settings.ts';
import { verifyLogin } from './logins.ts';
import { memoryBytes } from './node-types.ts';
import { PARAMETER_DEFAULTS } from './server-config.ts';

export interface NodeStart {
  readonly node: string;
  /** Whom it copies before it serves; null for nobody. */
  readonly copies: string | null;
}

export class GroupNodes {
  private readonly shared: Shared;
  private readonly settings: GroupSettings;
  private readonly names: GroupNames;
  private readonly byId = new Map<string, CacheNode>();
  /** One for all: replicas log in to each other with it. */
  private readonly ownPassword = randomUUID();
  private knownUsers: readonly string[] = [];

  constructor(shared: Shared, settings: GroupSettings, names: GroupNames) {
    this.shared = shared;
    this.settings = settings;
    this.names = names;
  }

  get all(): readonly CacheNode[] {
    return [...this.byId.values()];
  }

  get(id: string | null): CacheNode | undefined {
    return id === null ? undefined : this.byId.get(id);
  }

  /** Makes nodes of these ids; none is started. */
  make(ids: readonly string[], onCrash: (id: string) => void): void {
    for (const id of ids)
      this.byId.set(
        id,
        this.newNode(id, ids.length > 1, () => onCrash(id)),
      );
    this.knownUsers = this.users().map(({ name }) => name);
  }

  /** Rejects with the node's processes ended. */
  async start({ node: id, copies }: NodeStart, order: Omit<StartOrder, 'copies'>): Promise<void> {
    const node = this.byId.get(id);
    if (node === undefined) throw new Error(`${id} is gone`);
    try {
      await node.start({ ...order, copies: this.get(copies) ?? null });
    } catch (error) {
      await node.kill();
      throw error;
    }
  }

  /** Makes a node the primary of all the others that run. Rejects when it does not answer. */
  async lead(id: string): Promise<void> {
    const primary = this.byId.get(id);
    if (primary === undefined) throw new Error(`${id} is gone`);
    if (this.byId.size === 1) return;
    await primary.follow(null);
    const others = this.all.filter((node) => node !== primary && node.pid > 0);
    await Promise.allSettled(others.map((node) => node.follow(primary)));
  }

  /** Resolves when the rules hold at every node that does not hang. */
  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    await Promise.all(this.all.map((node) => node.setNetwork(rules)));
  }

  /** Takes the users of the user groups to the servers. Rejects with what one of them refused. */
  async applyUsers(): Promise<void> {
    const names = this.users().map(({ name }) => name);
    const gone = this.knownUsers.filter((name) => !names.includes(name) && name !== 'default');
    this.knownUsers = names;
    await Promise.all(this.all.map((node) => node.applyUsers(gone)));
  }

  /** Takes the parameters that have an effect to the servers. */
  async applyParameters(): Promise<void> {
    const values = { ...PARAMETER_DEFAULTS, ...this.parameters() };
    for (const name of Object.keys(PARAMETER_DEFAULTS)) {
      await Promise.all(this.all.map((node) => node.applyParameter(name, values[name] ?? '')));
    }
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.all.map((node) => node.stop()));
  }

  async remove(): Promise<void> {
    await Promise.all(this.all.map((node) => node.remove()));
  }

  private newNode(id: string, hasReplicas: boolean, onCrash: () => void): CacheNode {
    const { shared, settings } = this;
    return new CacheNode(shared, {
      id,
      hasReplicas,
      onCrash,
      port: settings.port,
      certificate: shared.tls.issue([this.names.wildcard]),
      ownPassword: this.ownPassword,
      memoryBytes: memoryBytes(settings.nodeType),
      users: () => this.users(),
      parameters: () => this.parameters(),
      verifyLogin: (user, password) => verifyLogin(shared, settings, { user, password }),
    });
  }

  private users() {
    return this.shared.registry.usersOf(this.settings.userGroupIds);
  }

  private parameters(): Readonly<Record<string, string>> {
    return this.shared.registry.parameterGroups.get(this.settings.parameterGroup ?? '')?.parameters ?? {};
  }
}
