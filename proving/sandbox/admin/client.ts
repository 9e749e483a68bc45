/** Talks to a running sandbox, from this process or another. */

import { UnderstudyError } from '../../../core/errors.ts';
import type { SandboxCard } from '../home/state-folder.ts';
import type { RunningTask, TaskRequest } from '../tasks/task-runner.ts';
import { ADMIN_KEY_HEADER, ADMIN_PREFIX, type SandboxStatus } from './model.ts';

export interface SandboxClient {
  readonly card: SandboxCard;
  status(): Promise<SandboxStatus>;
  setFunctions(enabled: boolean): Promise<void>;
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
    runTask: (request) => call('POST', 'tasks', request),
    endTask: async (name) => void (await call('POST', 'tasks/end', { name })),
    shutDown: async () => void (await call('POST', 'shutdown')),
  };
}
