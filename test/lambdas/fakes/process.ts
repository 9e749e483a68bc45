import type { DatabaseControl, Log, MetricGroup, Metrics } from '../../../core/ports/index.ts';
import type { Invocation } from '../../../lambdas/shared/invocation.ts';
import type { ControllerSettings } from '../../../lambdas/shared/environment.ts';
import type { VirtualClock } from './clock.ts';
import { MemoryStore } from './store.ts';
import { CLUSTER, ENV, type World, ZONES } from './world.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
export const TABLE = 'demo-state';

export class Killed extends Error {}

/**
 * One process: its external calls are counted, and at the chosen one it dies, before the call takes effect or
 * after. A dead process makes no further call.
 */
export class Process {
  calls = 0;
  dead = false;
  readonly names: string[] = [];
  killAt: number | null = null;
  killWhen: 'before' | 'after' = 'before';
  /** Runs before each call: where another process may get in between. */
  onCall: (name: string) => Promise<void> = () => Promise.resolve();

  wrap<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => this.#call(String(name), () => value.apply(object, args) as unknown);
      },
    });
  }

  async #call(name: string, work: () => unknown): Promise<unknown> {
    if (this.dead) throw new Killed('the process is dead');
    await this.onCall(name);
    this.calls += 1;
    this.names.push(name);
    const dies = this.calls === this.killAt;
    if (dies) this.dead = true;
    if (dies && this.killWhen === 'before') throw new Killed(`before ${name}`);
    const result = await work();
    if (dies) throw new Killed(`after ${name}`);
    return result;
  }
}

export const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export class RecordedMetrics implements Metrics {
  readonly groups: MetricGroup[] = [];
  emit(groups: readonly MetricGroup[]): void {
    this.groups.push(...groups);
  }
  values(name: string): number[] {
    return this.groups.flatMap((g) => g.values.filter((v) => v.name === name).map((v) => v.value));
  }
}

export function controlOf(world: World): DatabaseControl {
  return {
    describe: async () => world.describe(),
    failover: async (_cluster, target) => world.failover(target),
    excludedMembers: async () => world.excluded,
    setExcludedMembers: async (_endpoint, excluded) => {
      if (world.setExcluded !== null) return world.setExcluded();
      world.excluded = [...excluded];
      world.edits.push({ excluded, at: world.clock.now() });
      return { outcome: 'accepted' };
    },
  };
}

export function settingsOf(functionName: string, world: World): ControllerSettings {
  return {
    env: ENV,
    functionName,
    table: TABLE,
    region: REGION,
    clusterId: CLUSTER,
    memberIds: world.members.map(({ id }) => id),
    zones: ZONES,
    applications: ['shop'],
    mode: 'act',
  };
}

let requests = 0;

/** A function of 25 s, invoked now. */
export function invocation(clock: VirtualClock, functionName: string): Invocation {
  const endsAt = clock.monotonic() + 25_000;
  requests += 1;
  return {
    requestId: `request-${requests}`,
    functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:demo-${functionName}`,
    remainingMs: () => endsAt - clock.monotonic(),
  };
}

export const STREAM_ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${TABLE}/stream/2026-11-22T00:00:00.000`;

export function observationEvent(az: string = ZONES[0]): unknown {
  return {
    Records: [
      {
        eventID: '1',
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        eventSourceARN: STREAM_ARN,
        dynamodb: {
          NewImage: { kind: { S: 'observation' }, env: { S: ENV }, az: { S: az }, changed: { BOOL: true } },
        },
      },
    ],
  };
}

export function wakeEvent(controller: string): unknown {
  return {
    Records: [
      {
        eventSource: 'aws:dynamodb',
        eventSourceARN: STREAM_ARN,
        dynamodb: { NewImage: { kind: { S: 'wake' }, controller: { S: controller } } },
      },
    ],
  };
}

export function alarmEvent(name = 'understudy-demo-writer-unreachable'): Record<string, unknown> {
  return {
    source: 'aws.cloudwatch',
    alarmArn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`,
    accountId: ACCOUNT,
    time: '2026-11-22T12:00:00.000+0000',
    region: REGION,
    alarmData: { alarmName: name, state: { value: 'ALARM', reason: '', timestamp: '' } },
  };
}

export { MemoryStore };
