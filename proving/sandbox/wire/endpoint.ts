/** One HTTP endpoint for all AWS services: decode, authenticate, authorize, handle, encode. */

import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import { InvalidInput, UnderstudyError } from '../../../core/errors.ts';
import {
  AwsError,
  type AwsService,
  type Call,
  type HttpRoutes,
  type Identity,
  type Operation,
  type Part,
  type World,
} from '../kernel/index.ts';
import { type CallCounts, type CallEntry, createCallLog } from './call-log.ts';
import { type ServiceCodecs, codecsOf } from './codec.ts';
import { closeListener, createListener, listenOnLoopback, sendResponse, wireRequest } from './listener.ts';
import type { Codec, WireRequest, WireResponse } from './message.ts';
import { type DenyRule, refuse, signingNameOf } from './refusal.ts';
import { type ServiceFault, ServiceFaults, type ServiceFaultStatus } from './service-fault.ts';
import { type SignedScope, authenticate, readScope } from './signature.ts';
import { unserved } from './unserved.ts';

export interface Endpoint extends HttpRoutes, Part {
  /** Operations become callable at once, also while listening. */
  add(service: AwsService): void;
  /**
   * Listens on 127.0.0.1; 0 takes a free port.
   * @throws UnderstudyError `port-busy`, `cannot-listen`
   */
  listen(port: number): Promise<void>;
  /** `http://localhost:<port>`: for the `cdk` and `aws` command lines, which put buckets into the path. */
  readonly url: string;
  /** `http://127.0.0.1:<port>`: for SDK clients in functions and applications; no name to look up. */
  readonly addressUrl: string;
  /** Takes an AWS API away until called with null. One rule at a time. */
  deny(rule: DenyRule | null): void;
  /**
   * Breaks a service until called with null. One fault at a time.
   * @throws InvalidInput for a service that the sandbox does not have
   */
  setServiceFault(fault: ServiceFault | null): void;
  serviceFault(): ServiceFaultStatus | null;
  /** Called after every AWS call. Returns the unsubscribe. */
  observe(listener: (entry: CallEntry) => void): () => void;
  /** Calls and errors by service and operation since the start. */
  counts(): CallCounts;
  stop(): Promise<void>;
}

interface Registered {
  readonly service: AwsService;
  readonly codecs: ServiceCodecs;
}

interface Route {
  readonly prefix: string;
  readonly handler: Parameters<HttpRoutes['route']>[1];
}

export interface EndpointDeps {
  readonly identity: Identity;
  /** The task that was given this key. @default - no key is a task's */
  taskOf?(accessKeyId: string): string | null;
}

export function createEndpoint(world: World, deps: EndpointDeps): Endpoint {
  return new WireEndpoint(world, deps);
}

class WireEndpoint implements Endpoint {
  private readonly world: World;
  private readonly identity: Identity;
  private readonly taskOf: (accessKeyId: string) => string | null;
  private readonly registry = new Map<string, Registered>();
  private readonly routes: Route[] = [];
  private readonly log = createCallLog();
  private readonly server: http.Server;
  private readonly faults = new ServiceFaults();
  private rule: DenyRule | null = null;
  private port: number | null = null;

  constructor(world: World, deps: EndpointDeps) {
    this.world = world;
    this.identity = deps.identity;
    this.taskOf = (accessKeyId) => deps.taskOf?.(accessKeyId) ?? null;
    this.server = createListener((request, body, response) => this.receive(request, body, response));
  }

  add(service: AwsService): void {
    this.registry.set(service.signingName, { service, codecs: codecsOf(service) });
  }

  async listen(port: number): Promise<void> {
    this.port = await listenOnLoopback(this.server, port);
  }

  get url(): string {
    return this.urlOf('localhost');
  }

  get addressUrl(): string {
    return this.urlOf('127.0.0.1');
  }

  route(prefix: string, handler: Route['handler']): void {
    this.routes.push({ prefix, handler });
    this.routes.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  deny(rule: DenyRule | null): void {
    this.rule = rule;
  }

  setServiceFault(fault: ServiceFault | null): void {
    if (fault && !this.registry.has(signingNameOf(fault.service))) {
      const fix = `use one of ${[...this.registry.keys()].join(', ')}`;
      const rule = 'is a service of the sandbox';
      throw new InvalidInput('The service fault', [{ field: 'service', value: fault.service, rule, fix }]);
    }
    this.faults.set(fault);
  }

  serviceFault(): ServiceFaultStatus | null {
    return this.faults.describe();
  }

  observe(listener: (entry: CallEntry) => void): () => void {
    return this.log.observe(listener);
  }

  counts(): CallCounts {
    return this.log.counts();
  }

  stop(): Promise<void> {
    this.faults.set(null);
    return closeListener(this.server);
  }

  private receive(request: http.IncomingMessage, body: Buffer, response: http.ServerResponse): void {
    const wire = wireRequest(request, body);
    const scope = readScope(wire);
    const route = scope ? undefined : this.routes.find(({ prefix }) => wire.path.startsWith(prefix));
    if (route) {
      route.handler(request, body, response);
      return;
    }
    const asked = scope && { service: scope.service, task: this.taskOf(scope.accessKeyId) };
    if (asked && this.faults.takes(asked, request.socket)) return;
    void this.answer(wire, scope, response);
  }

  private async answer(
    request: WireRequest,
    scope: SignedScope | null,
    response: http.ServerResponse,
  ): Promise<void> {
    const registered = scope ? this.registry.get(scope.service) : undefined;
    if (!scope || !registered) {
      sendResponse(request.method, unserved(request, scope, [...this.registry.keys()]), response);
      return;
    }
    const codec = registered.codecs.forRequest(request);
    const trace: Trace = { requestId: randomUUID(), operation: 'unknown', principal: null };
    const startedAt = this.world.now();
    let wire: WireResponse;
    let error: AwsError | null = null;
    try {
      wire = await this.perform(registered.service, codec, { request, scope, trace });
    } catch (cause) {
      error = asAwsError(this.world, registered.service.signingName, trace.operation, cause);
      wire = codec.encodeError(error, trace.requestId);
    }
    sendResponse(request.method, wire, response);
    this.log.record({
      ...trace,
      at: startedAt,
      service: registered.service.signingName,
      status: wire.status,
      error: error?.code ?? null,
      ms: this.world.now() - startedAt,
    });
  }

  private async perform(service: AwsService, codec: Codec, exchange: Exchange): Promise<WireResponse> {
    const { request, scope, trace } = exchange;
    const { operation, input } = await codec.decode(request);
    trace.operation = operation.name;
    refuse(this.rule, service.signingName, operation.name);
    const principal = await authenticate(this.world, this.identity, request, scope);
    trace.principal = principal.arn;
    const implementation = implementationOf(service, operation.name);
    const call: Call = {
      service: service.signingName,
      operation: operation.name,
      principal,
      requestId: trace.requestId,
      accessKeyId: scope.accessKeyId,
    };
    authorize(this.identity, implementation, input, call);
    const output = (await implementation.handle(input, call)) ?? {};
    return codec.encode(operation, output as Record<string, unknown>, trace.requestId);
  }

  private urlOf(host: string): string {
    if (this.port !== null) return `http://${host}:${this.port}`;
    throw new UnderstudyError('The endpoint has no URL before listen(). Fix: await listen() first.', {
      code: 'endpoint-not-listening',
      advice: 'give-up',
    });
  }
}

interface Exchange {
  readonly request: WireRequest;
  readonly scope: SignedScope;
  readonly trace: Trace;
}

interface Trace {
  readonly requestId: string;
  operation: string;
  principal: string | null;
}

type AnyOperation = Operation<unknown>;

function implementationOf(service: AwsService, name: string): AnyOperation {
  const found = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (found) return found;
  throw new AwsError(
    'NotImplemented',
    `${service.signingName}:${name} is not implemented by the sandbox. It serves: ${Object.keys(service.operations).join(', ')}.`,
    { status: 501 },
  );
}

/** An operation that says nothing about permissions is refused, so that none can be forgotten. */
function authorize(identity: Identity, operation: AnyOperation, input: unknown, call: Call): void {
  if (typeof (operation as Partial<AnyOperation>).authorize !== 'function') {
    throw new AwsError(
      'AccessDenied',
      `${call.service}:${call.operation} has no map of the permissions it needs, so it is denied to everyone`,
      { status: 403 },
    );
  }
  identity.authorize(call.principal, operation.authorize(input, call));
}

function asAwsError(world: World, service: string, operation: string, cause: unknown): AwsError {
  if (cause instanceof AwsError) return cause;
  const stack = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  world.log('wire', `${service}:${operation} failed inside the sandbox`, { stack });
  return new AwsError(
    'InternalFailure',
    `the sandbox failed inside ${service}:${operation}: ${String(cause)}`,
    {
      status: 500,
    },
  );
}
