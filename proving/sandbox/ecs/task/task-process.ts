/** The process of one task, and the processes of its health checks. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { makeEngineFolder } from '../../aurora/owner.ts';
import { sendSignal, spawnChild, type World } from '../../kernel/index.ts';
import { splitLines } from '../../lambda/lines.ts';
import type { Container } from '../definitions.ts';
import { CheckRun } from './check-run.ts';

export interface TaskProcessOptions {
  readonly world: World;
  /** Shown in reports: service and id. */
  readonly name: string;
  readonly container: Container;
  readonly env: Readonly<Record<string, string>>;
  /** Its working folder, removed with it. */
  readonly home: string;
  /** False where the user that engines run as may not read this project: then it runs as we do. */
  readonly unprivileged: boolean;
  readonly onLine: (line: string) => void;
  /** Called once, whoever ended it. */
  readonly onExit: (code: number | null, signal: string | null) => void;
}

export class TaskProcess {
  private readonly options: TaskProcessOptions;
  private readonly child: ChildProcess;
  private readonly exited: Promise<void>;
  private readonly checks = new Set<CheckRun>();
  private alive = true;

  constructor(options: TaskProcessOptions) {
    this.options = options;
    const { container, home, world } = options;
    makeFolder(world, home, options.unprivileged);
    const [, ...args] = [...container.entryPoint, ...container.command];
    this.child = this.spawn(`task ${options.name}`, process.execPath, args);
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null) => {
        if (!this.alive) return;
        this.alive = false;
        this.endGroup();
        options.onExit(code, signal);
        resolve();
      };
      this.child.once('exit', end);
      this.child.once('error', () => end(null, null));
    });
    for (const output of [this.child.stdout, this.child.stderr]) {
      if (output) splitLines(output, options.onLine);
    }
  }

  /** Root of the process tree; null when it has ended. */
  get pid(): number | null {
    return this.alive ? (this.child.pid ?? null) : null;
  }

  /** Resolves when the process runs. Rejects when there is none. */
  async started(): Promise<void> {
    if (this.child.pid === undefined) await once(this.child, 'spawn');
  }

  /** One that is stopped gets it when it goes on. */
  terminate(): void {
    if (this.alive) this.child.kill('SIGTERM');
  }

  async kill(): Promise<void> {
    if (this.alive) this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Runs a command in the task; false when it fails, or takes too long. */
  async check(command: readonly string[], timeoutMs: number): Promise<boolean> {
    const [kind, ...rest] = command;
    const [program = '', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', ...rest] : rest;
    const file = program === 'node' ? process.execPath : program;
    if (!this.alive) return false;
    const run = new CheckRun(this.spawn(`check of ${this.options.name}`, file, args), timeoutMs);
    this.checks.add(run);
    const passed = await run.done;
    this.checks.delete(run);
    return passed;
  }

  /** Ends what is left and removes the folder. */
  async remove(): Promise<void> {
    await this.kill();
    fs.rmSync(this.options.home, { recursive: true, force: true });
  }

  /** What the process started dies with it, as in a container. */
  private endGroup(): void {
    for (const check of this.checks) check.end();
    const { pid } = this.child;
    if (pid !== undefined) sendSignal(-pid, 'SIGKILL');
  }

  private spawn(name: string, command: string, args: readonly string[]): ChildProcess {
    const { world, env, home: cwd, unprivileged } = this.options;
    return spawnChild(world, { name, command, args, env, cwd, unprivileged, output: 'pipe' });
  }
}

function makeFolder(world: World, folder: string, unprivileged: boolean): void {
  if (unprivileged) makeEngineFolder(world, folder);
  else fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
}
