/** Runs applications as real processes with the credentials of their role, as a container service would. */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { UnderstudyError } from '../../../core/errors.ts';
import { spawnChild, type Credentials, type Identity, type Part, type World } from '../kernel/index.ts';
import { sourceEnvironment } from '../network/sources.ts';

export interface TaskRequest {
  readonly name: string;
  /** The role whose credentials the task gets. */
  readonly roleArn: string;
  /** A file that Node can run. It prints one line `{"listening": <port>}` when it serves. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface RunningTask {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
}

export interface TaskRunner extends Part {
  /** Starts a task, or returns the one of that name that runs. Rejects when it does not serve in time. */
  run(request: TaskRequest): Promise<RunningTask>;
  end(name: string): Promise<void>;
  /** Those that serve. */
  list(): readonly RunningTask[];
  /** The name of the task that signs with this key; null for a key that belongs to nobody who lives. */
  taskOf(accessKeyId: string): string | null;
}

interface Living {
  readonly child: ChildProcess;
  readonly accessKeyId: string;
  /** Rejects when it does not serve in time. */
  readonly served: Promise<RunningTask>;
  /** From when it serves. */
  task: RunningTask | null;
}

export interface TaskSettings {
  readonly identity: Identity;
  readonly endpointUrl: () => string;
  /** The variables that make an unmodified client use the sandbox's resolver. */
  readonly dns: () => Readonly<Record<string, string>>;
  readonly caFile: () => string;
  /** Where a task's connections to database members come from. */
  readonly sourceAddress: (taskName: string) => string;
}

const SERVES_MS_MAX = 30_000;
const DRAIN_MS_MAX = 5000;
const CREDENTIALS_S = 12 * 3600;

export function createTaskRunner(world: World, settings: TaskSettings): TaskRunner {
  const living = new Map<string, Living>();

  function start(request: TaskRequest): Living {
    const credentials = settings.identity.issueForRole(request.roleArn, request.name, CREDENTIALS_S);
    const child = spawnChild(world, {
      name: `task-${request.name}`,
      command: process.execPath,
      args: [request.entry],
      env: environment(world, settings, request, credentials),
      output: 'pipe',
    });
    const served = listening(world, child, request.name).then((port) => {
      return (one.task = { name: request.name, pid: child.pid!, port });
    });
    const one: Living = { child, accessKeyId: credentials.accessKeyId, served, task: null };
    living.set(request.name, one);
    // Nobody starts it again: a task that died is dead for whoever looks.
    child.once('exit', (code, signal) => {
      world.log('tasks', `${request.name} ended`, { code, signal });
      if (living.get(request.name) === one) living.delete(request.name);
    });
    return one;
  }

  async function end(name: string): Promise<void> {
    const one = living.get(name);
    if (!one) return;
    living.delete(name);
    const { child } = one;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS_MAX);
    await exited;
    clearTimeout(force);
  }

  return {
    run: async (request) => (living.get(request.name) ?? start(request)).served,
    end,
    list: () => [...living.values()].flatMap(({ task }) => (task ? [task] : [])),
    taskOf: (accessKeyId) => {
      for (const [name, one] of living) if (one.accessKeyId === accessKeyId) return name;
      return null;
    },
    stop: async () => void (await Promise.all([...living.keys()].map(end))),
  };
}

function environment(
  world: World,
  settings: TaskSettings,
  request: TaskRequest,
  credentials: Credentials,
): Record<string, string> {
  const dns = settings.dns();
  return {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: world.region,
    AWS_ENDPOINT_URL: settings.endpointUrl(),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_EXTRA_CA_CERTS: settings.caFile(),
    ...dns,
    ...sourceEnvironment(settings.sourceAddress(request.name), dns['NODE_OPTIONS'] ?? ''),
    ...request.env,
  };
}

/** The port of the task's `{"listening": <port>}` line; every other line goes to the sandbox's log. */
function listening(world: World, child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const last: string[] = [];
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(
        new UnderstudyError(
          `The application ${name} does not serve: ${why}. Its last words: ${last.join(' | ') || 'none'}`,
          {
            code: 'task-failed',
            advice: 'check',
          },
        ),
      );
    };
    const timer = setTimeout(() => fail(`no answer within ${SERVES_MS_MAX / 1000} s`), SERVES_MS_MAX);
    const read = (line: string): void => {
      world.log(`task ${name}`, line);
      last.push(line);
      if (last.length > 10) last.shift();
      const port = portOf(line);
      if (port === null) return;
      clearTimeout(timer);
      resolve(port);
    };
    readline.createInterface({ input: child.stdout! }).on('line', read);
    readline.createInterface({ input: child.stderr! }).on('line', read);
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `code ${code}`}`));
  });
}

function portOf(line: string): number | null {
  if (!line.startsWith('{')) return null;
  try {
    const port = (JSON.parse(line) as { listening?: unknown }).listening;
    return typeof port === 'number' ? port : null;
  } catch {
    return null;
  }
}
