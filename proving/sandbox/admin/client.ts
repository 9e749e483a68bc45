/** Talks to a running sandbox, from this process or another. */

import { UnderstudyError } from '../../../core/errors.ts';
import type { SandboxCard } from '../home/state-folder.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { RunningTask, TaskRequest } from '../tasks/task-runner.ts';
import type { ServiceFault } from '../wire/service-fault.ts';
import {
  ADMIN_KEY_HEADER,
  ADMIN_PREFIX,
  type CacheNodeStatus,
  type DeniedService,
  type FunctionProcess,
  type SandboxStatus,
} from './model.ts';

export interface SandboxClient {
  readonly card: SandboxCard;
  status(): Promise<SandboxStatus>;
  setFunctions(enabled: boolean): Promise<void>;
  /** Replaces all rules of the network to database members, cache nodes, tasks and balancer nodes; none heals it. */
  setNetwork(rules: readonly NetworkRule[]): Promise<void>;
  /** Stops a reader's replay, so that it falls behind, or lets it go on (F-32). */
  setReplay(memberId: string, paused: boolean): Promise<void>;
  /** The processes that run functions now. */
  functionProcesses(): Promise<readonly FunctionProcess[]>;
  /** Every node of every replication group, as it is now. */
  cacheNodes(): Promise<readonly CacheNodeStatus[]>;
  /** Restarts a cache node at once, on its old append-only file or without data, as nobody at AWS does. */
  restartCacheNode(nodeId: string, data: 'kept' | 'empty'): Promise<void>;
  /** Off: no function is called by a DynamoDB stream; what is written meanwhile is delivered later. */
  setStreams(enabled: boolean): Promise<void>;
  /** Off: no alarm is evaluated and none acts. */
  setAlarms(enabled: boolean): Promise<void>;
  /** Takes an AWS API away until called with null; one at a time. */
  setDenied(target: DeniedService | null): Promise<void>;
  /** Breaks an AWS service as the network sees it until called with null; one at a time. */
  setServiceFault(fault: ServiceFault | null): Promise<void>;
  runTask(request: TaskRequest): Promise<RunningTask>;
  endTask(name: string): Promise<void>;
  shutDown(): Promise<void>;
}

const ANSWER_MS_MAX = 60_000;

export function sandboxClient(card: SandboxCard): SandboxClient {
  async function call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${card.url}${ADMIN_PREFIX}${path}`, {
      method,
      headers: { [ADMIN_KEY_HEADER]: card.operator.secretAccessKey },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    }).catch((error: unknown) => {
      throw new UnderstudyError(
        `The sandbox at ${card.url} does not answer. Fix: \`npx understudy down\`, then start it again.`,
        {
          code: 'sandbox-silent',
          advice: 'check',
          cause: error,
        },
      );
    });
    const answer = (await response.json()) as T & { message?: string; code?: string };
    if (response.ok) return answer;
    throw new UnderstudyError(answer.message ?? `The sandbox answered ${response.status}.`, {
      code: answer.code ?? 'sandbox-refused',
      advice: 'check',
    });
  }
  return {
    card,
    status: () => call('GET', 'status'),
    setFunctions: async (enabled) => void (await call('POST', 'functions', { enabled })),
    setNetwork: async (rules) => void (await call('POST', 'network', { rules })),
    setReplay: async (memberId, paused) => void (await call('POST', 'replay', { memberId, paused })),
    functionProcesses: () => call('GET', 'function-processes'),
    cacheNodes: () => call('GET', 'cache-nodes'),
    restartCacheNode: async (nodeId, data) =>
      void (await call('POST', 'cache-nodes/restart', { nodeId, data })),
    setStreams: async (enabled) => void (await call('POST', 'streams', { enabled })),
    setAlarms: async (enabled) => void (await call('POST', 'alarms', { enabled })),
    setDenied: async (target) => void (await call('POST', 'denied', { target })),
    setServiceFault: async (fault) => void (await call('POST', 'service-fault', { fault })),
    runTask: (request) => call('POST', 'tasks', request),
    endTask: async (name) => void (await call('POST', 'tasks/end', { name })),
    shutDown: async () => void (await call('POST', 'shutdown')),
  };
}
