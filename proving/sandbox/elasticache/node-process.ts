/** The supervisor's side of a node's host: starts it, talks to it, notices its end, ends its whole tree. */

import type { ChildProcess } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { endStrays } from '../aurora/member-host.ts';
import { pause } from '../aurora/poll.ts';
import { signalTree } from '../aurora/process-tree.ts';
import { spawnChild, type World } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { FromHost, HostSetup, LoginVerdict, ToHost } from './host-protocol.ts';

/** `.ts` from the sources, `.js` from the built package. */
const HOST_FILE = path.join(import.meta.dirname, `node-host${path.extname(import.meta.filename)}`);
const READY_MS_MAX = 20_000;
/** A host that was asked to leave and hangs is ended from outside. */
const LEAVE_MS_MAX = 300;
/** A host that hangs takes rules of the network when it wakes. */
const NETWORK_MS_MAX = 1_000;

export interface NodeProcessOptions {
  readonly world: World;
  readonly setup: HostSetup;
  readonly verifyLogin: (user: string, password: string) => Promise<LoginVerdict>;
  /** The host gave up a connection that the network cuts off. */
  readonly onCutOff: (socket: net.Socket, from: string) => void;
  /** The host ended without being asked to. */
  readonly onCrash: () => void;
}

export class NodeProcess {
  readonly pid: number;
  /** Resolves when the host has ended, for whatever reason. */
  readonly ended: Promise<void>;
  private readonly options: NodeProcessOptions;
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private readonly waiting = new Map<number, () => void>();
  private questions = 0;
  private alive = true;
  private expected = false;

  constructor(options: NodeProcessOptions) {
    this.options = options;
    const { world, setup } = options;
    this.child = spawnChild(world, {
      name: `cache-node ${setup.name}`,
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
    this.tell({ kind: 'setup', setup });
  }

  get isAlive(): boolean {
    return this.alive;
  }

  /** Resolves when the server takes connections and the front listens. */
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

  /** Ends the node: clients that the network cuts off do not see it. One that hangs is ended from outside. */
  async leave(): Promise<void> {
    this.expected = true;
    if (this.alive) {
      this.tell({ kind: 'leave' });
      await Promise.race([this.ended, pause(LEAVE_MS_MAX)]);
    }
    await this.kill();
  }

  /** Ends the whole tree now, also one that hangs. */
  async kill(): Promise<void> {
    this.expected = true;
    if (this.alive && this.pid > 0) signalTree(this.pid, 'SIGKILL');
    if (this.pid > 0) await this.ended;
    await endStrays(this.options.setup.dataFolder);
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { name } = this.options.setup;
      const timer = setTimeout(() => reject(new Error(`${name}: the host is not ready`)), READY_MS_MAX);
      void this.ended.then(() => {
        clearTimeout(timer);
        reject(new Error(`${name}: the host ended; see logs/cache-${name}.log`));
      });
      this.child.on('message', (message: FromHost, handle) => {
        if (message.kind === 'login') void this.answer(message);
        else if (message.kind === 'cut-off') this.takeOver(handle, message.from);
        else if (message.kind === 'network-holds') this.waiting.get(message.id)?.();
        else clearTimeout(timer);
        if (message.kind === 'ready') resolve();
        if (message.kind === 'failed') reject(new Error(`${name}: ${message.why}`));
      });
    });
  }

  private async answer(question: Extract<FromHost, { kind: 'login' }>): Promise<void> {
    const { id, user, password } = question;
    const verdict = await this.options.verifyLogin(user, password).catch(() => 'refused' as const);
    this.tell({ kind: 'login-verdict', id, verdict });
  }

  /** A connection that ended on its way here is none any more. */
  private takeOver(handle: unknown, from: string): void {
    if (handle instanceof net.Socket) this.options.onCutOff(handle, from);
  }

  private tell(message: ToHost): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }
}
