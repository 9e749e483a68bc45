/** The supervisor's side of the gateway: one process for all tasks, started with the first one. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pause } from '../../aurora/poll.ts';
import { spawnChild, type World } from '../../kernel/index.ts';
import type { NetworkRule } from '../../network/rule.ts';
import type { FromGateway, GatewayTask, ToGateway } from './messages.ts';

/** `.ts` from the sources, `.js` from the built package. */
const HOST_FILE = path.join(import.meta.dirname, `gateway-host${path.extname(import.meta.filename)}`);
const READY_MS_MAX = 20_000;
/** A gateway that hangs takes rules of the network when it wakes. */
const NETWORK_MS_MAX = 1_000;
const RESTART_MS = 100;
/** One that ends again and again cannot be helped. */
const RESTARTS_MAX = 20;

export class Gateway {
  private readonly world: World;
  private readonly tasks = new Map<string, GatewayTask>();
  private readonly waiting = new Map<number, () => void>();
  private rules: readonly NetworkRule[] = [];
  private child: ChildProcess | undefined;
  private ready: Promise<number> | undefined;
  private port = 0;
  private questions = 0;
  private restarts = 0;
  private stopped = false;

  constructor(world: World) {
    this.world = world;
  }

  /** Resolves with the port that tasks tell the gateway at, when it takes them. */
  start(): Promise<number> {
    this.ready ??= this.run();
    return this.ready;
  }

  /** The process; null while there is none. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  add(task: GatewayTask): void {
    this.tasks.set(task.id, task);
    this.tell({ kind: 'add', task });
  }

  remove(id: string): void {
    this.tasks.delete(id);
    this.tell({ kind: 'remove', id });
  }

  /** Resolves when the rules hold, or when the gateway hangs or has ended. */
  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    this.rules = rules;
    if (!this.child?.connected) return;
    const id = ++this.questions;
    const held = new Promise<void>((resolve) => this.waiting.set(id, resolve));
    this.tell({ kind: 'network', id, rules });
    await Promise.race([held, pause(NETWORK_MS_MAX)]);
    this.waiting.delete(id);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  private async run(): Promise<number> {
    const child = spawnChild(this.world, {
      name: 'ecs gateway',
      command: process.execPath,
      args: ['--disable-warning=ExperimentalWarning', HOST_FILE],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      ipc: true,
    });
    this.child = child;
    child.once('exit', (code, signal) => void this.ended(child, signal ?? code));
    const ready = this.untilReady(child);
    const setup = { controlPort: this.port, rules: this.rules, tasks: [...this.tasks.values()] };
    this.tell({ kind: 'setup', setup });
    this.port = await ready;
    return this.port;
  }

  private async untilReady(child: ChildProcess): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const fail = (why: string) => reject(new Error(`the gateway of the tasks ${why}`));
    const late = setTimeout(() => fail('is not ready'), READY_MS_MAX);
    child.once('exit', () => fail('ended; see logs/ecs-gateway.log in the state folder'));
    child.on('message', (message: FromGateway) => {
      if (message.kind === 'ready') resolve(message.controlPort);
      else if (message.kind === 'failed') fail(message.why);
      else this.heard(message);
    });
    return await promise.finally(() => clearTimeout(late));
  }

  private heard(message: FromGateway): void {
    if (message.kind === 'network-holds') this.waiting.get(message.id)?.();
    else if (message.kind === 'unserved') {
      this.world.log('ecs', 'the address of a task cannot be served', { ...message });
    }
  }

  /** Tasks tell a new one of themselves again, at the same port. */
  private async ended(child: ChildProcess, why: number | string | null): Promise<void> {
    if (this.stopped || this.child !== child) return;
    const isHopeless = ++this.restarts > RESTARTS_MAX;
    const what = `the gateway of the tasks ended${isHopeless ? ' too often' : ', and is started again'}`;
    this.world.log('ecs', what, { why, restarts: this.restarts });
    await pause(RESTART_MS);
    if (this.stopped) return;
    // Then every task that starts fails with it, and the deployment that asked says why.
    this.ready = isHopeless ? Promise.reject(new Error(what)) : this.run();
    this.ready.catch((error: unknown) => {
      this.world.log('ecs', 'the gateway of the tasks does not start', { error: String(error) });
    });
  }

  private tell(message: ToGateway): void {
    if (this.child?.connected) this.child.send(message, () => undefined);
  }
}
