/**
 * The cluster's storage: a standby that is no member. The writer replicates to it and waits for it at every commit;
 * readers replicate from it. So killing every reader blocks no write, and no reader is ever ahead of what is durable.
 */

import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { spawnChild, type World } from '../kernel/index.ts';
import type { Binaries } from './binaries.ts';
import { FIRST_SEGMENT, STORAGE } from './data-folder.ts';
import { endStrays } from '../host/index.ts';
import { Node, type NodeOptions } from './node.ts';
import { pause, until } from './poll.ts';
import { signalTree } from './process-tree.ts';

const STREAMING_MS_MAX = 3_000;
const AT_REST_MS_MAX = 10_000;
const RESTART_PAUSE_MS = 100;

export class Storage {
  readonly node: Node;
  private readonly world: World;
  private readonly binaries: Binaries;
  /** Whose storage it is, for logs. */
  private readonly label: string;
  private child: ChildProcess | undefined;
  private wanted = false;

  constructor(world: World, options: Omit<NodeOptions, 'name'> & { label: string; binaries: Binaries }) {
    this.world = world;
    this.binaries = options.binaries;
    this.node = new Node(world, { ...options, name: STORAGE });
    this.label = options.label;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** Starts on the data folder that is in place, following this node or nobody. */
  async start(follows: Node | null): Promise<void> {
    this.node.configure({ standby: true, follows });
    this.wanted = true;
    this.launch();
    await this.node.untilAnswering(() => this.child !== undefined);
  }

  async stop(): Promise<void> {
    this.wanted = false;
    const child = this.child;
    if (child?.pid !== undefined) {
      const ended = new Promise<void>((done) => {
        child.once('exit', () => done());
      });
      signalTree(child.pid, 'SIGKILL');
      await ended;
    }
    this.node.close();
    await endStrays(this.node.dataFolder);
  }

  /** True when a new reader can replay everything from the very first segment. */
  get keepsFirstSegment(): boolean {
    return fs.existsSync(path.join(this.node.dataFolder, 'pg_wal', FIRST_SEGMENT));
  }

  /** Follows a new writer. What cannot follow is copied anew, without asking; the old copy goes last. */
  async followWriter(writer: Node): Promise<void> {
    await this.node.follow(writer);
    if (await this.isStreamingFrom(writer, STREAMING_MS_MAX)) return;
    this.world.log('aurora', 'storage cannot follow the new writer and is copied from it', {
      cluster: this.label,
      writer: writer.name,
    });
    await this.copyFrom(writer);
    if (await this.isStreamingFrom(writer, AT_REST_MS_MAX)) return;
    throw new Error(`storage of ${this.label} does not follow ${writer.name}`);
  }

  /** Resolves true once the writer waits for this storage at every commit. */
  async isStreamingFrom(writer: Node, boundMs: number): Promise<boolean> {
    const question = `SELECT count(*)::int FROM pg_stat_replication WHERE application_name = '${STORAGE}' AND state = 'streaming' AND sync_state = 'sync'`;
    return until('storage streams', boundMs, async () =>
      (await writer.value(question)) === '1' ? true : undefined,
    ).catch(() => false);
  }

  /**
   * Stops following and answers the end of what storage holds, once all of it is replayed. After it nothing that
   * the old writer does can become durable. The old writer's door must be closed before, so that a receiver that
   * is just being started finds nobody.
   */
  async detach(): Promise<bigint> {
    await this.node.follow(null);
    await until('storage ends its receiver', AT_REST_MS_MAX, async () => {
      const running = `SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'walreceiver'`;
      return (await this.node.value(running)) === '0' ? true : undefined;
    });
    // Recovery sleeps like this only after it has read every record there is and found no source for more.
    await until('storage replays what it holds', AT_REST_MS_MAX, async () => {
      const waits = `SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'startup'`;
      const event = await this.node.value(waits);
      return event === 'RecoveryRetrieveRetryInterval' ? true : undefined;
    });
    return this.node.position();
  }

  private async copyFrom(writer: Node): Promise<void> {
    await this.stop();
    await this.node.copyFrom(writer);
    await this.start(writer);
  }

  private launch(): void {
    const child = spawnChild(this.world, {
      name: `postgres ${this.label} storage`,
      command: this.binaries.postgres,
      args: ['-D', this.node.dataFolder],
      env: { LC_ALL: 'C', TZ: 'UTC' },
      cwd: this.node.dataFolder,
      unprivileged: true,
    });
    this.child = child;
    const ended = () => {
      if (this.child !== child) return;
      this.child = undefined;
      if (this.wanted) void this.relaunch();
    };
    child.once('exit', ended);
    child.once('error', ended);
  }

  /** AWS's storage outlives any process: ours is started again on its data, which is all there. */
  private async relaunch(): Promise<void> {
    this.world.log('aurora', 'storage ended and is started again', { cluster: this.label });
    await endStrays(this.node.dataFolder);
    await pause(RESTART_PAUSE_MS);
    if (!this.wanted || this.child !== undefined) return;
    fs.rmSync(path.join(this.node.dataFolder, 'postmaster.pid'), { force: true });
    this.launch();
  }
}
