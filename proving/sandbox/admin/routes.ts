/** The sandbox's own routes, beside the AWS operations: status, switches and tasks. */

import type http from 'node:http';
import { UnderstudyError } from '../../../core/errors.ts';
import type { HttpRoutes } from '../kernel/index.ts';
import { type NetworkRule, readRules } from '../network/rule.ts';
import type { RunningTask, TaskRequest } from '../tasks/task-runner.ts';
import { readServiceFault, type ServiceFault } from '../wire/service-fault.ts';
import {
  ADMIN_KEY_HEADER,
  ADMIN_PREFIX,
  type CacheNodeStatus,
  type DeniedService,
  type FunctionProcess,
  type SandboxStatus,
} from './model.ts';

export interface AdminDeps {
  readonly key: string;
  status(): SandboxStatus;
  setFunctions(enabled: boolean): Promise<void>;
  setNetwork(rules: readonly NetworkRule[]): Promise<void>;
  setReplay(memberId: string, paused: boolean): Promise<void>;
  functionProcesses(): readonly FunctionProcess[];
  cacheNodes(): readonly CacheNodeStatus[];
  restartCacheNode(nodeId: string, data: 'kept' | 'empty'): Promise<void>;
  setStreams(enabled: boolean): void;
  setAlarms(enabled: boolean): void;
  setDenied(target: DeniedService | null): void;
  setServiceFault(fault: ServiceFault | null): void;
  runTask(request: TaskRequest): Promise<RunningTask>;
  endTask(name: string): Promise<void>;
  /** Asks the process that owns the sandbox to end it. */
  shutDown(): void;
}

type Handler = (body: unknown) => Promise<unknown>;

export function addAdminRoutes(routes: HttpRoutes, deps: AdminDeps): void {
  const handlers: Readonly<Record<string, Handler>> = {
    'GET status': async () => deps.status(),
    'POST functions': async (body) => {
      await deps.setFunctions((body as { enabled: boolean }).enabled);
      return {};
    },
    'POST network': async (body) => {
      await deps.setNetwork(readRules((body as { rules: unknown }).rules));
      return {};
    },
    'POST replay': async (body) => {
      const { memberId, paused } = body as { memberId: string; paused: boolean };
      await deps.setReplay(memberId, paused);
      return {};
    },
    'GET function-processes': async () => deps.functionProcesses(),
    'GET cache-nodes': async () => deps.cacheNodes(),
    'POST cache-nodes/restart': async (body) => {
      const { nodeId, data } = body as { nodeId: string; data: 'kept' | 'empty' };
      await deps.restartCacheNode(nodeId, data);
      return {};
    },
    'POST streams': async (body) => {
      deps.setStreams((body as { enabled: boolean }).enabled);
      return {};
    },
    'POST alarms': async (body) => {
      deps.setAlarms((body as { enabled: boolean }).enabled);
      return {};
    },
    'POST denied': async (body) => {
      deps.setDenied((body as { target: DeniedService | null }).target);
      return {};
    },
    'POST service-fault': async (body) => {
      deps.setServiceFault(readServiceFault((body as { fault: unknown }).fault));
      return {};
    },
    'POST tasks': (body) => deps.runTask(body as TaskRequest),
    'POST tasks/end': async (body) => {
      await deps.endTask((body as { name: string }).name);
      return {};
    },
    'POST shutdown': async () => {
      setImmediate(() => deps.shutDown());
      return {};
    },
  };
  routes.route(
    ADMIN_PREFIX,
    (request, body, response) => void answer(handlers, deps.key, request, body, response),
  );
}

async function answer(
  handlers: Readonly<Record<string, Handler>>,
  key: string,
  request: http.IncomingMessage,
  body: Buffer,
  response: http.ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://sandbox').pathname.slice(ADMIN_PREFIX.length);
  const handler = handlers[`${request.method} ${path}`];
  if (request.headers[ADMIN_KEY_HEADER] !== key)
    return send(response, 403, { message: 'The key is missing or wrong.' });
  if (!handler)
    return send(response, 404, { message: `The sandbox has no route ${request.method} ${path}.` });
  try {
    send(response, 200, await handler(body.length > 0 ? JSON.parse(body.toString('utf8')) : undefined));
  } catch (error) {
    const code = error instanceof UnderstudyError ? error.code : 'internal';
    send(response, 500, { code, message: (error as Error).message });
  }
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
