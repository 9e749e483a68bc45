/** Processes of `server.ts`, a registry of them, and a load of requests through a pool. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openServicePool, type OpenServicePool } from '../../../../runtime/adapters/open-service-pool.ts';
import type { Discovery, Instance } from '../../../../runtime/service/ports.ts';
import type { ServicePoolLimits } from '../../../../runtime/service/limits.ts';

const SERVER = fileURLToPath(new URL('server.ts', import.meta.url));

export interface Task {
  readonly instance: Instance;
  readonly process: ChildProcess;
}

export class Fleet implements Discovery {
  readonly tasks: Task[] = [];

  static async start(count: number): Promise<Fleet> {
    const fleet = new Fleet();
    await Promise.all(Array.from({ length: count }, () => fleet.add()));
    return fleet;
  }

  async add(): Promise<Task> {
    const child = spawn(process.execPath, [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { listening } = JSON.parse(line.toString()) as { listening: number };
    const id = `task-${child.pid}`;
    const task = { instance: { id, host: '127.0.0.1', port: listening, az: null }, process: child };
    this.tasks.push(task);
    return task;
  }

  /** As the registry would: everyone, dead or alive, until it is told. */
  instances(): Promise<readonly Instance[]> {
    return Promise.resolve(this.tasks.map(({ instance }) => instance));
  }

  pool(limits: Partial<ServicePoolLimits> = {}): OpenServicePool {
    return openServicePool({ region: 'local', namespace: 'test', service: 'shop', discovery: this, limits });
  }

  /** How often each key was done, in all tasks that still answer. */
  async done(): Promise<Map<string, number>> {
    const all = new Map<string, number>();
    for (const { instance, process: child } of this.tasks) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const response = await fetch(`http://${instance.host}:${instance.port}/done`);
      for (const [key, times] of Object.entries((await response.json()) as Record<string, number>)) {
        all.set(key, (all.get(key) ?? 0) + times);
      }
    }
    return all;
  }

  async stop(): Promise<void> {
    const ended = this.tasks.map(({ process: child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
      const exit = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      return exit;
    });
    await Promise.all(ended);
  }
}

export interface Sent {
  readonly key: string;
  readonly method: 'GET' | 'POST';
  /** From the start of the load, in ms. */
  readonly at: number;
  readonly ms: number;
  /** Null where it was answered. */
  readonly error: string | null;
  readonly instance: string | null;
}

/** A request each `everyMs` at its own time, whatever became of the others; each third one is a POST. */
export async function load(
  { pool }: OpenServicePool,
  options: { readonly ms: number; readonly everyMs: number },
): Promise<Sent[]> {
  const startedAt = performance.now();
  const sent: Promise<Sent>[] = [];
  for (let n = 0; n * options.everyMs < options.ms; n += 1) {
    const dueAt = startedAt + n * options.everyMs;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) {
      await new Promise((resolve) => {
        setTimeout(resolve, waitMs);
      });
    }
    sent.push(send(n));
  }
  return Promise.all(sent);

  async function send(n: number): Promise<Sent> {
    const method = n % 3 === 0 ? 'POST' : 'GET';
    const key = `${method}-${n}`;
    const at = performance.now() - startedAt;
    const end = (rest: Pick<Sent, 'error' | 'instance'>): Sent => {
      return { key, method, at, ms: performance.now() - startedAt - at, ...rest };
    };
    try {
      const answer = await pool.request({ method, path: `/work?key=${key}`, deadlineMs: 4000 });
      return end({ error: answer.status === 200 ? null : String(answer.status), instance: answer.instance });
    } catch (error) {
      return end({ error: (error as { code?: string }).code ?? String(error), instance: null });
    }
  }
}
