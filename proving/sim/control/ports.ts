/** The ports of one invocation: simulated services below the SDK, every call of which is an external call. */

import type {
  AlarmReader,
  Log,
  MemberProbe,
  ParameterReader,
  ProbeRequest,
  StateStore,
} from '../../../core/ports/index.ts';
import { databasePort } from './database-port.ts';
import type { FolderName, FunctionPorts } from './defect.ts';
import { frontPorts } from './front-port.ts';
import type { SimInvocation } from './invocation.ts';
import { errorOf, READS_BOUNDS } from './service-calls.ts';
import { storePort } from './store-port.ts';
import { throttleStorePort } from './throttle-store-port.ts';
import type { Watch } from './watch.ts';
import type { World } from './world.ts';

export interface PortSite {
  readonly world: World;
  readonly invocation: SimInvocation;
  readonly folder: FolderName;
  /** The prober's zone; null for the others. */
  readonly az: string | null;
  readonly watch: Watch;
}

const READS_LATENCY_MS = [20, 80] as const;

export function portsOf(site: PortSite): FunctionPorts {
  const { world, invocation, az } = site;
  const store: StateStore = storePort(site);
  return {
    clock: invocation.clock(),
    store,
    throttle: throttleStorePort(site),
    control: databasePort(site),
    probe: probePort(site, az ?? ''),
    parameters: parameterPort(site),
    alarms: alarmPort(site),
    metrics: { emit: (groups) => world.emit(groups, world.clock.now()) },
    log: logPort(site),
    front: world.front === null ? null : frontPorts(site, world.front),
  };
}

/** Every probe is one call: its own time-out bounds it. */
function probePort({ world, invocation }: PortSite, az: string): MemberProbe {
  const probe = world.database.probe(`prober:${az}`);
  return {
    probe: (member, request: ProbeRequest) =>
      invocation.call({
        name: `probe:${member.id}`,
        bounds: { requestMs: request.timeoutMs, tries: 1 },
        compares: false,
        strike: () => null,
        latencyMs: () => 0,
        effect: () => probe.probe(member, request),
        failed: (fault) => {
          throw errorOf(fault);
        },
      }),
    close: () => probe.close(),
  };
}

function parameterPort({ world, invocation }: PortSite): ParameterReader {
  return {
    under: () => invocation.call(read(world, 'ssm:GetParametersByPath', () => world.parameters)),
  };
}

function alarmPort({ world, invocation }: PortSite): AlarmReader {
  return {
    inAlarm: (prefix) =>
      invocation.call(
        read(world, 'cloudwatch:DescribeAlarms', () =>
          world.inAlarm().filter(({ name }) => name.startsWith(prefix)),
        ),
      ),
  };
}

function read<T>(world: World, name: string, effect: () => T) {
  return {
    name,
    bounds: READS_BOUNDS,
    compares: true,
    strike: () => world.board.strike('reads'),
    latencyMs: () => world.random.between(...READS_LATENCY_MS),
    effect,
    failed: (fault: Parameters<typeof errorOf>[0]): T => {
      throw errorOf(fault);
    },
  };
}

function logPort({ world, invocation }: PortSite): Log {
  const line = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    world.note(() => `${invocation.function} ${level} ${message} ${JSON.stringify(fields ?? {})}`);
  };
  return { info: line('says'), warn: line('warns'), error: line('errs') };
}
