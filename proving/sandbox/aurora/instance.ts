/** One DB instance: its node, its host process, its address and its certificate. */

import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { World } from '../kernel/index.ts';
import type { CutOff } from '../network/cut-off.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { ServerCertificate } from '../tls/index.ts';
import type { Binaries } from './binaries.ts';
import { MemberHost } from './member-host.ts';
import { Node, type NodeOptions } from './node.ts';
import { until } from './poll.ts';

export interface InstanceOptions extends NodeOptions {
  readonly address: string;
  readonly port: number;
  readonly certificate: ServerCertificate;
  readonly binaries: Binaries;
  readonly forceTls: () => boolean;
  readonly networkRules: () => readonly NetworkRule[];
  readonly cutOff: CutOff;
  readonly verifyToken: (user: string, token: string) => Promise<string | null>;
  readonly onCrash: () => void;
}

/** A follower that is not streaming by then is copied anew without asking. */
const STREAMING_MS_MAX = 3_000;
const CATCH_UP_MS_MAX = 30_000;

export class Instance {
  readonly id: string;
  readonly address: string;
  readonly node: Node;
  /** `session_id` of a reader in `aurora_replica_status()`; a new one with every start. */
  sessionId = randomUUID();
  host: MemberHost | null = null;
  private readonly world: World;
  private readonly options: InstanceOptions;

  constructor(world: World, options: InstanceOptions) {
    this.world = world;
    this.options = options;
    this.id = options.name;
    this.address = options.address;
    this.node = new Node(world, options);
  }

  /** Starts the engine on the data in place. The front stays shut until `admit`. */
  async start(role: { readonly standby: boolean; readonly follows: Node | null }): Promise<void> {
    const { options } = this;
    await this.host?.kill();
    this.node.configure(role);
    this.sessionId = randomUUID();
    const host = new MemberHost({
      world: this.world,
      onCrash: options.onCrash,
      onCutOff: (socket, from) => options.cutOff.keep(socket, { from, to: options.address }),
      verifyToken: options.verifyToken,
      setup: {
        name: this.id,
        stateDir: this.world.stateDir,
        unprivileged: this.world.unprivileged,
        postgres: options.binaries.postgres,
        dataFolder: this.node.dataFolder,
        fenceMark: `${this.node.dataFolder}.fenced`,
        socketPath: path.join(this.node.socketFolder, '.s.PGSQL.5432'),
        address: options.address,
        port: options.port,
        keyPem: options.certificate.keyPem,
        certificatePem: options.certificate.certificatePem,
        forceTls: options.forceTls(),
        networkRules: options.networkRules(),
      },
    });
    this.host = host;
    await host.started();
    await this.node.untilAnswering(() => host.isAlive);
  }

  /**
   * Starts as a reader behind storage, and resolves when it has all the writer had. A copy that cannot follow is
   * replaced by a fresh one, once.
   */
  async startReader(storage: Node, writer: Node): Promise<void> {
    await this.start({ standby: true, follows: storage });
    if (await this.isStreaming()) return this.catchUp(writer);
    this.world.log('aurora', 'a reader cannot follow and is copied anew', { instance: this.id });
    await this.host?.kill();
    await this.node.copyFrom(writer);
    await this.start({ standby: true, follows: storage });
    if (await this.isStreaming()) return this.catchUp(writer);
    throw new Error(`${this.id} does not follow storage`);
  }

  private async catchUp(writer: Node): Promise<void> {
    const end = await writer.position();
    await until(`${this.id} catches up`, CATCH_UP_MS_MAX, async () =>
      (await this.node.position()) >= end ? true : undefined,
    );
  }

  /** True for a reader that answers and has lost its way. One that hangs is not lost: RDS does not see it. */
  async isLost(): Promise<boolean> {
    if (!this.host?.isAlive || this.host.isFenced) return false;
    const status = await this.followingWithin(STREAMING_MS_MAX);
    return status === 'lost';
  }

  private async isStreaming(): Promise<boolean> {
    return (await this.followingWithin(STREAMING_MS_MAX)) === 'streaming';
  }

  private async followingWithin(boundMs: number): Promise<'streaming' | 'lost' | 'silent'> {
    let last: 'lost' | 'silent' = 'silent';
    const ask = async () => {
      last = 'silent';
      const status = await this.node.value('SELECT status FROM pg_stat_wal_receiver');
      last = 'lost';
      return status === 'streaming' ? ('streaming' as const) : undefined;
    };
    return until('a reader streams', boundMs, ask).catch(() => last);
  }
}
