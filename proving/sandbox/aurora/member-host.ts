/** The supervisor's side of an instance host: starts it, talks to it, notices its end, ends its whole tree. */

import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { spawnChild, type World } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { FromHost, HostSetup, ToHost } from './host-protocol.ts';
import { pause } from './poll.ts';
import { processesIn, send, signalTree } from './process-tree.ts';

/** `.ts` from the sources, `.js` from the built package. */
const HOST_FILE = path.join(import.meta.dirname, `instance-host${path.extname(import.meta.filename)}`);
const READY_MS_MAX = 20_000;
/** How long the end of a host is waited for once it was asked for; one that hangs takes longer. */
const FENCE_MS_MAX = 300;
/** A host that hangs takes rules of the network when it wakes. */
const NETWORK_MS_MAX = 1_000;
const STRAYS_ROUNDS_MAX = 100;

export interface MemberHostOptions {
  readonly world: World;
  readonly setup: HostSetup;
  readonly verifyToken: (user: string, token: string) => Promise<string | null>;
  /** The host gave up a connection that the network cuts off. */
  readonly onCutOff: (socket: net.Socket, from: string) => void;
  /** The host ended without being asked to. */
  readonly onCrash: () => void;
}

export class MemberHost {
  readonly pid: number;
  /** Resolves when the host has ended, for whatever reason. */
  readonly ended: Promise<void>;
  private readonly options: MemberHostOptions;
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private readonly waiting = new Map<number, () => void>();
  private questions = 0;
  private alive = true;
  private expected = false;

  constructor(options: MemberHostOptions) {
    this.options = options;
    const { world, setup } = options;
    this.child = spawnChild(world, {
      name: `instance ${setup.name}`,
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', HOST_FILE],
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      ipc: true,
    });
    this.pid = this.child.pid ?? 0;
    this.ended = new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.once('error', () => resolve());
    });
    void this.ended.then(() => {
      this.alive = false;
      if (!this.expected) options.onCrash();
    });
    this.ready = this.listen();
    this.ready.catch(() => undefined);
    fs.rmSync(setup.fenceMark, { force: true });
    this.tell({ kind: 'setup', setup });
  }

  get isAlive(): boolean {
    return this.alive;
  }

  /** True once the host was told to end; it may still hang. */
  get isFenced(): boolean {
    return this.expected;
  }

  /** Resolves when the front listens and the engine was started. */
  started(): Promise<void> {
    return this.ready;
  }

  admit(): void {
    this.tell({ kind: 'admit' });
  }

  shut(): void {
    this.tell({ kind: 'shut' });
  }

  forceTls(value: boolean): void {
    this.tell({ kind: 'force-tls', value });
  }

  /** Resolves when the rules hold, or when the host hangs or has ended. */
  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    const id = ++this.questions;
    const held = new Promise<void>((resolve) => this.waiting.set(id, resolve));
    this.tell({ kind: 'network', id, rules });
    await Promise.race([held, this.ended, pause(NETWORK_MS_MAX)]);
    this.waiting.delete(id);
  }

  /**
   * Leaves the mark, and tells the host to drop its clients and end. A host that hangs does so when it wakes; it is not waited for, but
   * its engine is ended from outside: when the host wakes there is nothing left that could take a write.
   */
  async fence(): Promise<void> {
    this.expected = true;
    fs.writeFileSync(this.options.setup.fenceMark, '');
    if (this.alive) {
      this.tell({ kind: 'fence' });
      await Promise.race([this.ended, pause(FENCE_MS_MAX)]);
    }
    await endStrays(this.options.setup.dataFolder);
  }

  /** Ends the whole tree now, also one that hangs, and whatever a dead postmaster left in the data folder. */
  async kill(): Promise<void> {
    this.expected = true;
    if (this.alive && this.pid > 0) signalTree(this.pid, 'SIGKILL');
    if (this.pid > 0) await this.ended;
    await endStrays(this.options.setup.dataFolder);
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.options.setup.name}: the host is not ready`)),
        READY_MS_MAX,
      );
      void this.ended.then(() => {
        clearTimeout(timer);
        reject(new Error(`${this.options.setup.name}: the host ended`));
      });
      this.child.on('message', (message: FromHost, handle) => {
        if (message.kind === 'verify-token') void this.answer(message);
        else if (message.kind === 'cut-off') this.takeOver(handle, message.from);
        else if (message.kind === 'network-holds') this.waiting.get(message.id)?.();
        else clearTimeout(timer);
        if (message.kind === 'ready') resolve();
        if (message.kind === 'failed') reject(new Error(message.why));
      });
    });
  }

  private async answer(question: Extract<FromHost, { kind: 'verify-token' }>): Promise<void> {
    const reason = await this.options
      .verifyToken(question.user, question.token)
      .catch((error: unknown) => `it could not be verified: ${String(error)}`);
    this.tell({ kind: 'token-verdict', id: question.id, reason });
  }

  /** A connection that ended on its way here is none any more. */
  private takeOver(handle: unknown, from: string): void {
    if (handle instanceof net.Socket) this.options.onCutOff(handle, from);
  }

  private tell(message: ToHost): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}

/** Backends of a killed postmaster end by themselves; this makes sure of it before the folder is used again. */
export async function endStrays(dataFolder: string): Promise<void> {
  for (let round = 0; round < STRAYS_ROUNDS_MAX; round++) {
    const strays = processesIn(dataFolder);
    if (strays.length === 0) return;
    for (const pid of strays) send(pid, 'SIGKILL');
    await pause(5);
  }
  throw new Error(`processes in ${dataFolder} do not end`);
}
