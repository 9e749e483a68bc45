/**
 * One execution environment: a process with its own Runtime API, running one invocation at a time. Between
 * invocations the process is frozen, as on AWS: no timer fires and no background work goes on.
 */

import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { exited, timedOut } from '../../twin/lambda/index.ts';
import { type Credentials, spawnChild, type World } from '../kernel/index.ts';
import type { FunctionConfig } from './function-config.ts';
import { splitLines } from './lines.ts';
import { heapArgument, type NetworkView, processEnvironment } from './process-environment.ts';
import { RuntimeApi } from './runtime-api.ts';

/** The init phase may take this long before it counts against the function's own time-out. */
const INIT_MS_MAX = 10_000;
const BOOTSTRAP = path.join(import.meta.dirname, 'bootstrap.cjs');

export interface Invocation {
  readonly requestId: string;
  readonly payload: string;
}

export interface Outcome {
  readonly ok: boolean;
  readonly payload: string;
  readonly durationMs: number;
  /** Null for a warm environment. */
  readonly initMs: number | null;
}

export interface EnvironmentOptions {
  readonly world: World;
  readonly config: FunctionConfig;
  readonly reportName: string;
  readonly credentials: Credentials;
  readonly network: NetworkView;
  readonly logStream: string;
  readonly home: string;
  /** Where it connects to database members from; null outside a VPC. */
  readonly sourceAddress: string | null;
  log(line: string): void;
  /** The process is gone, for whatever reason. Called once. */
  onEnd(environment: ExecutionEnvironment): void;
}

interface Running {
  readonly invocation: Invocation;
  readonly settle: (outcome: Outcome) => void;
  timer: NodeJS.Timeout;
  startedAt: number;
  answer: { readonly ok: boolean; readonly payload: string } | null;
}

type Phase = 'starting' | 'idle' | 'busy' | 'ended';

export class ExecutionEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #api: RuntimeApi;
  readonly #bornAt: number;
  readonly #gone = Promise.withResolvers<void>();
  #phase: Phase = 'starting';
  /** Its process was told to end, and may not have done so yet. */
  #ending = false;
  #child: ChildProcess | null = null;
  #running: Running | null = null;
  #initMs: number | null = null;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#bornAt = options.world.now();
    this.#api = new RuntimeApi({
      ready: () => this.#ready(),
      response: (requestId, payload) => this.#answered(requestId, { ok: true, payload }),
      error: (requestId, payload) => this.#answered(requestId, { ok: false, payload }),
      initError: (payload) => this.#initFailed(payload),
    });
    this.#start().catch((error: Error) => {
      options.log(`The process could not be started: ${error.message}`);
      this.#exited(null, null);
    });
  }

  get idle(): boolean {
    return this.#phase === 'idle' && !this.#ending;
  }

  get credentialsEnd(): number {
    return this.#options.credentials.expiration.getTime();
  }

  /** Runs one invocation. Only in a new or an idle environment. Never rejects. */
  run(invocation: Invocation): Promise<Outcome> {
    const { world, config } = this.#options;
    const limit = config.timeoutS * 1000 + (this.#phase === 'starting' ? INIT_MS_MAX : 0);
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#timedOut(), limit);
      this.#running = { invocation, settle, timer, startedAt: world.now(), answer: null };
      if (this.#phase === 'idle') this.#deliver();
      else if (this.#phase === 'ended') this.#exited(null, null);
    });
  }

  /** Ends the process. An invocation in flight fails as when a runtime exits. */
  async end(): Promise<void> {
    this.#ending = true;
    if (this.#phase === 'ended') return this.#gone.promise;
    if (this.#child === null) this.#exited(null, null);
    else this.#child.kill('SIGKILL');
    return this.#gone.promise;
  }

  async #start(): Promise<void> {
    const { world, config, reportName, logStream } = this.#options;
    const runtimeApi = await this.#api.open();
    if (this.#ended()) return this.#api.close();
    const child = spawnChild(world, {
      name: `function ${reportName}`,
      command: process.execPath,
      args: [heapArgument(config), BOOTSTRAP],
      env: processEnvironment(world, config, { ...this.#options, runtimeApi, logStream }),
      cwd: config.code.folder,
      output: 'pipe',
    });
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) {
      if (output) splitLines(output, (line) => this.#options.log(line));
    }
    child.once('error', () => this.#exited(null, null));
    child.once('exit', (code, signal) => this.#exited(code, signal));
  }

  #ended(): boolean {
    return this.#phase === 'ended';
  }

  /** The runtime polls for work: it is initialized, and whatever it ran is over. */
  #ready(): void {
    if (this.#phase === 'starting') this.#initMs = this.#options.world.now() - this.#bornAt;
    const { answer } = this.#running ?? { answer: null };
    if (answer) this.#settle(answer);
    if (this.#running) return this.#deliver();
    this.#phase = 'idle';
    this.#child?.kill('SIGSTOP');
  }

  #deliver(): void {
    const running = this.#running;
    if (!running) return;
    const { world, config } = this.#options;
    const cold = this.#phase === 'starting';
    this.#phase = 'busy';
    running.startedAt = world.now();
    if (cold) {
      clearTimeout(running.timer);
      running.timer = setTimeout(() => this.#timedOut(), config.timeoutS * 1000);
    } else {
      this.#child?.kill('SIGCONT');
    }
    this.#api.deliver({
      ...running.invocation,
      deadline: running.startedAt + config.timeoutS * 1000,
      functionArn: config.arn,
    });
  }

  #answered(requestId: string, answer: { ok: boolean; payload: string }): void {
    if (this.#running?.invocation.requestId === requestId) this.#running.answer ??= answer;
  }

  #initFailed(payload: string): void {
    if (this.#running) this.#running.answer ??= { ok: false, payload };
  }

  #timedOut(): void {
    const running = this.#running;
    if (!running) return;
    const failure = timedOut(running.invocation.requestId, this.#options.config.timeoutS);
    this.#settle({ ok: false, payload: JSON.stringify(failure) });
    void this.end();
  }

  #exited(code: number | null, signal: string | null): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#api.close();
    const running = this.#running;
    if (running) {
      const failure = JSON.stringify(exited(running.invocation.requestId, { code, signal }));
      this.#settle(running.answer ?? { ok: false, payload: failure });
    }
    this.#options.onEnd(this);
    this.#gone.resolve();
  }

  #settle(answer: { ok: boolean; payload: string }): void {
    const running = this.#running;
    if (!running) return;
    this.#running = null;
    clearTimeout(running.timer);
    const initMs = this.#initMs;
    this.#initMs = null;
    running.settle({ ...answer, initMs, durationMs: this.#options.world.now() - running.startedAt });
  }
}
