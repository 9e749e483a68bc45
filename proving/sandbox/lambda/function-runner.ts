/**
 * The execution environments of one function: reused while warm, ended when idle for long, when their
 * credentials run out, or when code or configuration change.
 */

import { randomUUID } from 'node:crypto';
import type { Identity, World } from '../kernel/index.ts';
import type { LogSink } from '../logs/index.ts';
import { ExecutionEnvironment, type Invocation, type Outcome } from './execution-environment.ts';
import type { FunctionConfig } from './function-config.ts';
import type { NetworkView } from './process-environment.ts';

export interface RunnerContext {
  readonly world: World;
  readonly identity: Identity;
  readonly network: NetworkView;
  readonly logs: LogSink;
  /** Folder that stands for the function's home: empty, so that no configuration of ours is found. */
  readonly home: string;
  /** How long an environment stays warm, ms. */
  readonly idleMsMax: number;
}

const CREDENTIALS_S = 6 * 3600;
/** An environment is not given work that could outlive its credentials. */
const CREDENTIALS_MARGIN_MS = 60_000;

export class FunctionRunner {
  readonly #context: RunnerContext;
  readonly #config: FunctionConfig;
  readonly #reportName: string;
  readonly #environments = new Map<ExecutionEnvironment, NodeJS.Timeout | null>();
  #created = 0;
  #retired = false;

  constructor(context: RunnerContext, config: FunctionConfig, reportName: string) {
    this.#context = context;
    this.#config = config;
    this.#reportName = reportName;
  }

  /** How many processes there are, warm ones included. */
  get size(): number {
    return this.#environments.size;
  }

  async run(invocation: Invocation): Promise<Outcome> {
    const environment = this.#idle() ?? this.#create();
    this.#keepBusy(environment);
    const outcome = await environment.run(invocation);
    if (this.#environments.has(environment)) this.#keepWarm(environment);
    return outcome;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#environments.keys()].map((environment) => environment.end()));
  }

  /** Ends what is idle; environments at work end when they are done. */
  retire(): void {
    for (const environment of this.#environments.keys()) {
      if (environment.idle) void environment.end();
    }
    this.#retired = true;
  }

  #idle(): ExecutionEnvironment | undefined {
    const { world } = this.#context;
    const needed = world.now() + this.#config.timeoutS * 1000 + CREDENTIALS_MARGIN_MS;
    for (const environment of this.#environments.keys()) {
      if (!environment.idle) continue;
      if (environment.credentialsEnd > needed) return environment;
      void environment.end();
    }
    return undefined;
  }

  #create(): ExecutionEnvironment {
    const { world, identity, network, logs, home } = this.#context;
    const id = randomUUID().replaceAll('-', '');
    const date = new Date(world.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStream = `${date}/[$LATEST]${id}`;
    const environment = new ExecutionEnvironment({
      world,
      network,
      home,
      logStream,
      sourceAddress: this.#nextSourceAddress(),
      config: this.#config,
      reportName: this.#reportName,
      credentials: identity.issueForRole(this.#config.role, this.#config.name, CREDENTIALS_S),
      log: (line) => logs.write(this.#config.logGroup, logStream, line),
      onEnd: (ended) => this.#forget(ended),
    });
    this.#environments.set(environment, null);
    return environment;
  }

  /** Environments of a function in several subnets are spread over them. */
  #nextSourceAddress(): string | null {
    const subnets = this.#config.vpc?.subnetIds ?? [];
    const subnet = subnets[this.#created++ % Math.max(1, subnets.length)];
    if (subnet === undefined) return null;
    return this.#context.network.sourceAddress?.(this.#reportName, subnet) ?? null;
  }

  #keepBusy(environment: ExecutionEnvironment): void {
    clearTimeout(this.#environments.get(environment) ?? undefined);
    this.#environments.set(environment, null);
  }

  #keepWarm(environment: ExecutionEnvironment): void {
    if (this.#retired) return void environment.end();
    const timer = setTimeout(() => void environment.end(), this.#context.idleMsMax);
    timer.unref();
    this.#environments.set(environment, timer);
  }

  #forget(environment: ExecutionEnvironment): void {
    clearTimeout(this.#environments.get(environment) ?? undefined);
    this.#environments.delete(environment);
  }
}
