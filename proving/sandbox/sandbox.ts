/** The sandbox: a small AWS on this machine, started and stopped as a whole. */

import { UnderstudyError } from '../../core/errors.ts';
import { addAdminRoutes } from './admin/routes.ts';
import {
  DENIED_SHOWN_MAX,
  type DeniedCall,
  type FunctionProcess,
  type SandboxStatus,
} from './admin/model.ts';
import { watchMemory } from './home/memory.ts';
import { forgetActivities, noteDeployments } from './home/activities.ts';
import { cleanUp, tellLeftovers } from './home/leftovers.ts';
import { writeOwner } from './home/owner.ts';
import { defaultStateDir, removeCard, writeCard, type SandboxCard } from './home/state-folder.ts';
import { startWatchdog, type Watchdog } from './home/watchdog.ts';
import { createWorld, ownStartTicks } from './home/world.ts';
import { livingChildren, type ChildRecord, type Pace } from './kernel/index.ts';
import { createParts, type Parts } from './parts.ts';

export interface SandboxOptions {
  /** @default 'fast' */
  readonly pace?: Pace;
  /** Port of the AWS endpoint; 0 takes a free one. @default 0 */
  readonly port?: number;
  /** @default - `UNDERSTUDY_STATE_DIR`, else a folder below the system's temporary one */
  readonly stateDir?: string;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** Hears what the start found and did. @default - nobody */
  say?(line: string): void;
  /** Called when somebody asks from outside to end the sandbox. @default - `stop` */
  onShutDown?(): void;
}

export interface Sandbox {
  readonly card: SandboxCard;
  /** Ends every process and socket of the sandbox. Never throws; safe to call twice. */
  stop(): Promise<void>;
  /** Processes of the sandbox that still live: none after `stop`. */
  processesLeft(): readonly ChildRecord[];
}

const ZONE_LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** Rejects with everything stopped again when a part does not start, e.g. because a port is busy. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  requireLinux();
  const stateDir = options.stateDir ?? defaultStateDir(process.env);
  const region = options.region ?? 'us-east-1';
  const say = options.say ?? (() => undefined);
  const left = await cleanUp(stateDir);
  for (const line of tellLeftovers(left, Date.now())) say(line);
  const world = createWorld({ region, pace: options.pace ?? 'fast', stateDir });
  writeOwner(stateDir, world.now());
  const watchdog = startWatchdog(stateDir);
  const parts = createParts(
    world,
    ZONE_LETTERS.map((letter) => region + letter),
    noteDeployments(stateDir, world.now),
    say,
  );
  const memory = watchMemory(stateDir);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= stopParts(parts, memory.stop).then(() => sayFarewell(stateDir, watchdog)));
  try {
    await parts.endpoint.listen(options.port ?? 0);
    for (const part of parts.all) await part.start?.();
  } catch (error) {
    await stop();
    throw error;
  }
  const card = cardOf(parts, { region, accountId: world.accountId, pace: world.pace });
  addAdmin(parts, card, {
    stateDir,
    rssMbPeak: memory.peakMb,
    shutDown: options.onShutDown ?? (() => void stop()),
  });
  writeCard(stateDir, card);
  return { card, stop, processesLeft: () => livingChildren(stateDir) };
}

function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new UnderstudyError(
    `The sandbox needs Linux, and this is ${process.platform}. Fix: run it in a Linux machine or container.`,
    {
      code: 'unsupported-platform',
      advice: 'give-up',
    },
  );
}

async function stopParts(parts: Parts, stopMemory: () => void): Promise<void> {
  stopMemory();
  for (const part of parts.all.toReversed()) await part.stop?.();
  await parts.endpoint.stop();
}

/** The watchdog goes last: until then it ends what a crash in the middle of stopping would leave. */
async function sayFarewell(stateDir: string, watchdog: Watchdog): Promise<void> {
  await watchdog.dismiss();
  forgetActivities(stateDir);
  removeCard(stateDir);
}

function cardOf(parts: Parts, place: Pick<SandboxCard, 'region' | 'accountId' | 'pace'>): SandboxCard {
  return {
    ...place,
    pid: process.pid,
    startTicks: ownStartTicks(),
    url: parts.endpoint.url,
    operator: parts.identity.operator,
    dns: parts.dns.stub,
    caFile: parts.authority.caFile,
  };
}

interface AdminHome {
  readonly stateDir: string;
  readonly rssMbPeak: () => number;
  readonly shutDown: () => void;
}

function addAdmin(parts: Parts, card: SandboxCard, { stateDir, rssMbPeak, shutDown }: AdminHome): void {
  let functionsEnabled = true;
  const status = (): SandboxStatus => {
    const report = parts.cloudFormation.report();
    return {
      clusters: parts.aurora.describe(),
      functions: parts.lambda.stats(),
      functionsEnabled,
      stacks: report.stacks,
      resourcesEnacted: report.resources_enacted,
      resourcesInert: report.resources_inert,
      notEnacted: report.not_enacted,
      tasks: parts.tasks.list(),
      containerTasks: parts.ecs.containerTasks(),
      balancerNodes: parts.loadBalancing.balancers.list(),
      apiCalls: parts.endpoint.counts(),
      denials: parts.identity.denials.length,
      denied: deniedCalls(parts),
      serviceFault: parts.endpoint.serviceFault(),
      sources: parts.sources.list(),
      rssMbPeak: rssMbPeak(),
    };
  };
  addAdminRoutes(parts.endpoint, {
    key: card.operator.secretAccessKey,
    status,
    setFunctions: async (enabled) => {
      functionsEnabled = enabled;
      parts.lambda.setEnabled(enabled);
    },
    setNetwork: async (rules) => {
      const { aurora, elastiCache, ecs, loadBalancing } = parts;
      await Promise.all([aurora, elastiCache, ecs, loadBalancing].map((part) => part.setNetwork(rules)));
    },
    functionProcesses: () => functionProcesses(stateDir),
    cacheNodes: () => parts.elastiCache.cacheNodes(),
    restartCacheNode: (nodeId, data) => parts.elastiCache.restartCacheNode(nodeId, data),
    setReplay: (memberId, paused) => parts.aurora.setReplay(memberId, paused),
    setStreams: (enabled) => parts.lambda.setStreams(enabled),
    setAlarms: (enabled) => parts.cloudWatch.setAlarms(enabled),
    setDenied: (target) => parts.endpoint.deny(target),
    setServiceFault: (fault) => parts.endpoint.setServiceFault(fault),
    runTask: (request) => parts.tasks.run(request),
    endTask: (name) => parts.tasks.end(name),
    shutDown,
  });
}

/** As Lambda names the children that it starts. */
const FUNCTION_CHILD = /^function (\S+)/;

function functionProcesses(stateDir: string): readonly FunctionProcess[] {
  return livingChildren(stateDir).flatMap(({ name: child, pid }) => {
    const name = FUNCTION_CHILD.exec(child)?.[1];
    return name === undefined ? [] : [{ name, pid }];
  });
}

function deniedCalls(parts: Parts): readonly DeniedCall[] {
  return parts.identity.denials
    .slice(-DENIED_SHOWN_MAX)
    .map(({ at, principal, action, resource, function: caller }) => ({
      at,
      principal,
      function: caller ?? null,
      action,
      resource,
    }));
}
