/** AWS Lambda of the sandbox: real processes on the real Runtime API, with the template's own configuration. */

import fs from 'node:fs';
import path from 'node:path';
import { mayInvoke } from '../../twin/lambda/index.ts';
import {
  AwsError,
  type FunctionInvoker,
  type Identity,
  type InvokeSource,
  type MetricSink,
  type ObjectStore,
  type Part,
  type Queues,
  type StreamSource,
  type Topics,
  type World,
} from '../kernel/index.ts';
import type { LogSink } from '../logs/index.ts';
import { AsyncQueue } from './async-queue.ts';
import { CodeStore } from './code-store.ts';
import type { Destinations } from './destinations.ts';
import { EventSources } from './event-sources.ts';
import type { FunctionConfig } from './function-config.ts';
import { FunctionRunner } from './function-runner.ts';
import { Invocations } from './invocations.ts';
import type { NetworkView } from './process-environment.ts';
import { eventInvokeConfigProvider } from './providers/event-invoke-config.ts';
import { eventSourceMappingProvider } from './providers/event-source-mapping.ts';
import { functionProvider } from './providers/function.ts';
import { permissionProvider } from './providers/permission.ts';
import { type DeployedFunction, FunctionRegistry, type FunctionStats, reportName } from './registry.ts';
import { RolePrincipals } from './role-principals.ts';
import { lambdaService } from './service.ts';

/** Offered by the identity part: whether a service may take a role on. */
interface RoleCheck {
  checkAssumableBy?(roleArn: string, service: string): void;
}

export interface LambdaOptions extends NetworkView {
  readonly objects: ObjectStore;
  readonly identity: Identity & RoleCheck;
  readonly queues: Queues;
  readonly topics?: Topics;
  readonly streams: StreamSource;
  readonly metrics: MetricSink;
  readonly logs: LogSink;
  /** Time from a write to the delivery of its stream record, ms. @default 100 to 300, at random */
  readonly streamLatencyMs?: () => number;
  /** How many times an accepted asynchronous event is delivered (F-17). @default 1 */
  readonly deliveries?: () => number;
  /** How long an environment stays warm, ms. @default 5 min */
  readonly idleMsMax?: number;
}

export interface Lambda extends Part, FunctionInvoker {
  stats(): Record<string, FunctionStats>;
  /** The report name of the function that runs as a role; null where none does. */
  functionOf(roleArn: string): string | null;
  /** Off: no function is invoked and their processes end. Events that arrive meanwhile are lost, streams wait. */
  setEnabled(enabled: boolean): void;
  /** Off: event source mappings stop reading; they keep their place. */
  setStreams(enabled: boolean): void;
}

const IDLE_MS_MAX = 300_000;
const STREAM_LATENCY_MS_MIN = 100;
const STREAM_LATENCY_MS_MAX = 300;

function streamLatency(): number {
  return STREAM_LATENCY_MS_MIN + Math.random() * (STREAM_LATENCY_MS_MAX - STREAM_LATENCY_MS_MIN);
}

export function createLambda(world: World, options: LambdaOptions): Lambda {
  return new LambdaPart(world, options);
}

class LambdaPart implements Lambda {
  readonly services: Part['services'];
  readonly providers: Part['providers'];
  readonly #world: World;
  readonly #options: LambdaOptions;
  readonly #registry: FunctionRegistry;
  readonly #invocations: Invocations;
  readonly #queue: AsyncQueue;
  /** Also those of earlier versions of a function, whose last invocation may still run. */
  readonly #runners = new Set<FunctionRunner>();
  readonly #sources: EventSources;
  readonly #home: string;
  #enabled = true;
  #streamsEnabled = true;

  constructor(world: World, options: LambdaOptions) {
    this.#world = world;
    this.#options = options;
    this.#registry = new FunctionRegistry(world);
    const { metrics, logs, identity, queues } = options;
    const registry = this.#registry;
    const invocations = new Invocations({ world, registry, metrics, logs });
    this.#invocations = invocations;
    const principals = new RolePrincipals(world, identity);
    const destinations: Destinations = {
      identity,
      queues,
      topics: options.topics ?? null,
      principalOf: (roleArn) => principals.of(roleArn),
      invokeAsync: (arn, payload) => void this.#queue.accept(registry.find(arn), JSON.stringify(payload)),
    };
    this.#queue = new AsyncQueue({
      world,
      registry,
      invocations,
      destinations,
      deliveries: options.deliveries ?? (() => 1),
      enabled: () => this.#enabled,
    });
    this.#sources = new EventSources({
      world,
      registry,
      invocations,
      destinations,
      identity,
      streams: options.streams,
      latencyMs: options.streamLatencyMs ?? streamLatency,
    });
    const folder = path.join(world.stateDir, 'lambda');
    this.#home = path.join(folder, 'home');
    const code = new CodeStore(path.join(folder, 'code'), options.objects);
    this.services = [this.#service()];
    this.providers = this.#createProviders(code);
  }

  async start(): Promise<void> {
    fs.mkdirSync(this.#home, { recursive: true });
  }

  async stop(): Promise<void> {
    this.#enabled = false;
    this.#queue.clear();
    this.#sources.stop();
    await this.#endProcesses();
  }

  async invoke(
    functionArn: string,
    payload: unknown,
    source: InvokeSource,
  ): ReturnType<FunctionInvoker['invoke']> {
    const target = this.#admitted(functionArn, source);
    this.#assertEnabled();
    return this.#invocations.run(target, JSON.stringify(payload ?? null));
  }

  invokeAsync(functionArn: string, payload: unknown, source: InvokeSource): void {
    const target = this.#admitted(functionArn, source);
    if (this.#enabled) this.#queue.accept(target, JSON.stringify(payload ?? null));
  }

  stats(): Record<string, FunctionStats> {
    return this.#registry.stats();
  }

  functionOf(roleArn: string): string | null {
    const found = this.#registry.all().find(({ config }) => config.role === roleArn);
    return found === undefined ? null : reportName(found.config);
  }

  setEnabled(enabled: boolean): void {
    this.#enabled = enabled;
    if (!enabled) {
      this.#queue.clear();
      void this.#endProcesses();
    }
    this.#pauseSources();
  }

  setStreams(enabled: boolean): void {
    this.#streamsEnabled = enabled;
    this.#pauseSources();
  }

  async #endProcesses(): Promise<void> {
    await Promise.all([...this.#runners].map((runner) => runner.stop()));
  }

  #pauseSources(): void {
    this.#sources.pause(!this.#enabled || !this.#streamsEnabled);
  }

  /** A service needs the function's own leave; roles and the operator were checked where they called. */
  #admitted(functionArn: string, source: InvokeSource): DeployedFunction {
    const target = this.#registry.find(functionArn);
    if (source.service === null) return target;
    const account = source.sourceArn?.split(':')[4];
    const caller = {
      service: source.service,
      sourceArn: source.sourceArn,
      sourceAccount: account === undefined || account === '' ? this.#world.accountId : account,
    };
    if (mayInvoke([...target.permissions.values()], caller)) return target;
    const refused = { action: 'lambda:InvokeFunction', resource: target.config.arn };
    this.#options.identity.refused?.(source.service, refused);
    throw new AwsError(
      'AccessDeniedException',
      `${source.service} (${source.sourceArn ?? 'no source'}) is not authorized to perform: lambda:InvokeFunction ` +
        `on resource: ${target.config.arn} because no resource-based policy allows the lambda:InvokeFunction action`,
      { status: 403 },
    );
  }

  #assertEnabled(): void {
    if (this.#enabled) return;
    throw new AwsError('ServiceException', 'The functions of this sandbox are switched off', { status: 500 });
  }

  #service(): NonNullable<Part['services']>[number] {
    return lambdaService({
      world: this.#world,
      registry: this.#registry,
      invocations: this.#invocations,
      queue: this.#queue,
      assertEnabled: () => this.#assertEnabled(),
    });
  }

  #createProviders(code: CodeStore): NonNullable<Part['providers']> {
    const registry = this.#registry;
    const world = this.#world;
    return [
      functionProvider({
        world,
        registry,
        code,
        checkRole: (role) => this.#options.identity.checkAssumableBy?.(role, 'lambda.amazonaws.com'),
        createRunner: (config) => this.#createRunner(config),
      }),
      permissionProvider(registry),
      eventInvokeConfigProvider(registry),
      eventSourceMappingProvider(world, registry, this.#sources),
    ];
  }

  #createRunner(config: FunctionConfig): FunctionRunner {
    const { identity, logs } = this.#options;
    const context = {
      world: this.#world,
      identity,
      logs,
      network: this.#options,
      home: this.#home,
      idleMsMax: this.#options.idleMsMax ?? IDLE_MS_MAX,
    };
    // Known from the deployment on, so that a fault can name it before it has run.
    for (const subnet of config.vpc?.subnetIds ?? []) {
      this.#options.sourceAddress?.(reportName(config), subnet);
    }
    const runner = new FunctionRunner(context, config, reportName(config));
    this.#runners.add(runner);
    return runner;
  }
}
