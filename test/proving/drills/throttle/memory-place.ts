/** A place for drills of the throttle whose applications are real processes and whose AWS is not there. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import type { DrillPlace, DrillTask } from '../../../../proving/drills/ports.ts';

const ENTRY = path.join(import.meta.dirname, 'memory-shop.ts');
const TOKEN_KEY = Buffer.alloc(32, 7).toString('base64url');

export class MemoryPlace {
  readonly said: string[] = [];
  /** What was switched, put and ended, in this order. */
  readonly calls: string[] = [];
  readonly #children = new Map<string, ChildProcess>();
  /** Variables for every application besides those of the drill. */
  readonly env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.env = env;
  }

  get place(): DrillPlace {
    const note = (name: string) => async (value: unknown) =>
      void this.calls.push(`${name} ${JSON.stringify(value)}`);
    const place: Partial<DrillPlace> = {
      pace: 'fast',
      versions: {},
      tokenKey: TOKEN_KEY,
      healthy: async () => undefined,
      denied: async () => [],
      say: (line) => void this.said.push(line),
      startTask: (name, kind, env) => this.#start(name, kind, env),
      endTask: async (name) => {
        this.calls.push(`end ${name}`);
        await this.#end(name);
      },
      setQuotas: async (resource, document) => {
        this.calls.push(`quotas ${resource} ${document === null ? 'away' : 'put'}`);
        return document === null ? null : 5;
      },
      setFunctions: note('functions'),
      setStreams: note('streams'),
      setAlarms: note('alarms'),
      setDenied: note('denied'),
    };
    return place as DrillPlace;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children.keys()].map((name) => this.#end(name)));
  }

  async #start(name: string, kind: string, env: Readonly<Record<string, string>>): Promise<DrillTask> {
    const child = spawn(process.execPath, [ENTRY, kind], {
      env: { PATH: process.env['PATH'] ?? '', SHOP_TOKEN_KEY: TOKEN_KEY, ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.set(name, child);
    const [line] = (await once(readline.createInterface({ input: child.stdout }), 'line')) as [string];
    const { listening: port } = JSON.parse(line) as { listening: number };
    return { name, pid: child.pid!, port, address: '127.0.0.1', url: `http://127.0.0.1:${port}` };
  }

  async #end(name: string): Promise<void> {
    const child = this.#children.get(name);
    this.#children.delete(name);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
