/** The supervisor's side of a host: starts it, talks to it, notices its end, ends its whole tree. */

import type { ChildProcess } from 'node:child_process';
import net from 'node:net';
import { pause } from '../aurora/poll.ts';
import { processesIn, send, signalTree } from '../aurora/process-tree.ts';
import { spawnChild, type World } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { BaseSetup, CommonFromHost, CommonToHost } from './messages.ts';

export interface HostProcessOptions<Setup extends BaseSetup, Own> {
  readonly world: World;
  /** The program of the host. */
  readonly file: string;
  /** Name of the process. */
  readonly label: string;
  readonly setup: Setup;
  /** What the host says beside what every host does. */
  readonly onMessage: (message: Own) => void;
  /** The host gave up a connection that the network cuts off. */
  readonly onCutOff: (socket: net.Socket, from: string) => void;
  /** The host ended without being asked to. */
  readonly onCrash: () => void;
}

const READY_MS_MAX = 20_000;
/** A host that hangs takes rules of the network when it wakes. */
const NETWORK_MS_MAX = 1_000;
const STRAYS_ROUNDS_MAX = 100;

export class HostProcess<
  Setup extends BaseSetup & { readonly dataFolder?: string },
  To extends { readonly kind: string },
  Own extends { readonly kind: string },
> {
  readonly pid: number;
  /** Resolves when the host has ended, for whatever reason. */
  readonly ended: Promise<void>;
  private readonly options: HostProcessOptions<Setup, Own>;
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private readonly waiting = new Map<number, () => void>();
  private questions = 0;
  private alive = true;
  private expected = false;

  constructor(options: HostProcessOptions<Setup, Own>) {
    this.options = options;
    this.child = spawnChild(options.world, {
      name: options.label,
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', options.file],
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
    this.tell({ kind: 'setup', setup: options.setup });
  }

  get isAlive(): boolean {
    return this.alive;
  }

  /** True once the host was told to end; it may still hang. */
  get isLeaving(): boolean {
    return this.expected;
  }

  /** Resolves when the engine was started and the address is bound. */
  started(): Promise<void> {
    return this.ready;
  }

  /** Resolves when the rules hold, or when the host hangs or has ended. */
  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    const id = ++this.questions;
    const held = new Promise<void>((resolve) => this.waiting.set(id, resolve));
    this.tell({ kind: 'network', id, rules });
    await Promise.race([held, this.ended, pause(NETWORK_MS_MAX)]);
    this.waiting.delete(id);
  }

  /** Tells it to end, and waits this long for it: one that hangs takes longer. */
  async askToEnd(message: To, waitMs: number): Promise<void> {
    this.expected = true;
    if (!this.alive) return;
    this.tell(message);
    await Promise.race([this.ended, pause(waitMs)]);
  }

  /** Ends the whole tree now, also one that hangs, and whatever a dead engine left in the data folder. */
  async kill(): Promise<void> {
    this.expected = true;
    if (this.alive && this.pid > 0) signalTree(this.pid, 'SIGKILL');
    if (this.pid > 0) await this.ended;
    const { dataFolder } = this.options.setup;
    if (dataFolder !== undefined) await endStrays(dataFolder);
  }

  tell(message: To | CommonToHost<Setup>): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { name } = this.options.setup;
      const timer = setTimeout(() => reject(new Error(`${name}: the host is not ready`)), READY_MS_MAX);
      void this.ended.then(() => {
        clearTimeout(timer);
        reject(new Error(`${name}: the host ended; see its log in the state folder`));
      });
      this.child.on('message', (message: CommonFromHost | Own, handle) => {
        if (!isCommon(message)) return this.options.onMessage(message);
        if (message.kind === 'cut-off') return this.takeOver(handle, message.from);
        if (message.kind === 'network-holds') return this.waiting.get(message.id)?.();
        clearTimeout(timer);
        if (message.kind === 'ready') resolve();
        else reject(new Error(`${name}: ${message.why}`));
      });
    });
  }

  /** A connection that ended on its way here is none any more. */
  private takeOver(handle: unknown, from: string): void {
    if (handle instanceof net.Socket) this.options.onCutOff(handle, from);
  }
}

const COMMON: readonly string[] = [
  'ready',
  'failed',
  'cut-off',
  'network-holds',
] satisfies readonly CommonFromHost['kind'][];

function isCommon(message: { readonly kind: string }): message is CommonFromHost {
  return COMMON.includes(message.kind);
}

/** Children of a killed engine end by themselves; this makes sure of it before the folder is used again. */
export async function endStrays(dataFolder: string): Promise<void> {
  for (let round = 0; round < STRAYS_ROUNDS_MAX; round++) {
    const strays = processesIn(dataFolder);
    if (strays.length === 0) return;
    for (const pid of strays) send(pid, 'SIGKILL');
    await pause(5);
  }
  throw new Error(`processes in ${dataFolder} do not end`);
}
