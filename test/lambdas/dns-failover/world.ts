import type {
  DescribedTarget,
  EdgeSample,
  ExpectedRecord,
  PublishedRecord,
} from '../../../core/front/index.ts';
import { asPublished } from '../../../core/front/index.ts';
import type {
  CallOutcome,
  EdgeProbe,
  ElbControl,
  RecordStore,
  TargetPlace,
  ZonalShift,
} from '../../../core/ports/index.ts';
import type { TargetObservationItem } from '../../../core/state/front-items.ts';
import type { Reach } from '../../../core/state/items.ts';
import type { VirtualClock } from '../fakes/clock.ts';
import { ENV, ZONES } from '../fakes/world.ts';

export const GROUPS = ['primary', 'secondary'].map(
  (name) => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/demo-${name}/1`,
);
export const BALANCERS = ['primary', 'secondary'].map(
  (name) => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/demo-${name}/1`,
);
export const NAME = 'shop.demo.example.com';
const PORT = 8080;
/** Until a hang is a verdict, and until answers are one, at the defaults. */
const FAILS_AFTER_MS = 2200;
const HEALTHY_AFTER_MS = 5000;

export const RECORDS: readonly ExpectedRecord[] = (['A', 'AAAA'] as const).flatMap((type) =>
  (['PRIMARY', 'SECONDARY'] as const).map((failover): ExpectedRecord => {
    const role = failover.toLowerCase();
    return {
      name: NAME,
      type,
      setIdentifier: role,
      failover,
      alias: {
        dnsName: `demo-${role}.eu-west-1.elb.amazonaws.com`,
        hostedZoneId: 'Z1',
        evaluateTargetHealth: true,
      },
      healthCheckId: failover === 'PRIMARY' ? 'check-1' : null,
    };
  }),
);

export interface FrontWorldOptions {
  readonly tasksPerZone?: number | undefined;
  readonly zones?: readonly string[];
  /** ARNs of the target groups. */
  readonly groups?: readonly string[];
}

interface Task {
  readonly address: string;
  readonly az: string;
  downAt: number | null;
  upAt: number;
  reach: Reach;
  /** What the balancers say while it stands. */
  says: DescribedTarget['state'];
}

/** Tasks behind two balancers, what the probers see of them, shifts, the public name and its records. */
export class FrontWorld {
  readonly clock: VirtualClock;
  readonly tasks: Task[];
  readonly groups = new Map<string, Set<string>>();
  readonly calls: { api: string; target: string; at: number }[] = [];
  readonly blind = new Set<string>();
  readonly silent = new Set<string>();
  /** Zones whose prober reaches everything. */
  readonly deaf = new Set<string>();
  shifts: { id: string; balancer: string; zone: string; at: number; until: number; comment: string }[] = [];
  autoshifted: string[] = [];
  edgeStatus: number | null = 200;
  records: PublishedRecord[] = RECORDS.map(asPublished);
  readonly unresolved = new Set<string>();
  recordCalls = 0;
  /** Answers a mutating call in AWS's place; null for AWS itself. */
  answer: ((api: string) => CallOutcome | null) | null = null;
  readonly away = new Set<string>();
  #shiftCount = 0;

  constructor(clock: VirtualClock, options: FrontWorldOptions = {}) {
    const { tasksPerZone = 1, zones = ZONES, groups = GROUPS } = options;
    this.clock = clock;
    this.tasks = zones.flatMap((az, zone) =>
      Array.from({ length: tasksPerZone }, (_, index) => ({
        address: `10.0.${zone + 1}.${index + 10}`,
        az,
        downAt: null,
        upAt: 0,
        reach: 'timeout' as const,
        says: 'healthy' as const,
      })),
    );
    for (const group of groups) this.groups.set(group, new Set(this.tasks.map(({ address }) => address)));
  }

  id(index: number): string {
    return `${this.tasks[index]!.address}:${PORT}`;
  }

  hang(index: number, reach: Reach = 'timeout'): void {
    Object.assign(this.tasks[index]!, { downAt: this.clock.now(), reach });
  }

  heal(index: number): void {
    Object.assign(this.tasks[index]!, { downAt: null, upAt: this.clock.now() });
  }

  /** How many groups it stands in. */
  stands(index: number): number {
    return [...this.groups.values()].filter((group) => group.has(this.tasks[index]!.address)).length;
  }

  /** ECS takes a task out and stops it. */
  stop(index: number): void {
    const [task] = this.tasks.splice(index, 1);
    for (const group of this.groups.values()) group.delete(task!.address);
  }

  of(api: string): string[] {
    return this.calls.filter((call) => call.api === api).map(({ target }) => target);
  }

  readonly elb: ElbControl = {
    targetHealth: async (targetGroup) => {
      if (this.away.has('elb')) throw new Error('the balancers cannot be asked');
      const standing = this.groups.get(targetGroup)!;
      return this.tasks
        .filter(({ address }) => standing.has(address))
        .map(({ address, az, says }) => ({ address, port: PORT, az, state: says }));
    },
    register: async (group, place) => this.#change('register', group, place),
    deregister: async (group, place) => this.#change('deregister', group, place),
  };

  #change(api: 'register' | 'deregister', group: string, { address }: TargetPlace): CallOutcome {
    const answer = this.answer?.(api) ?? null;
    this.calls.push({ api, target: `${address}:${PORT}`, at: this.clock.now() });
    if (answer !== null) return answer;
    if (api === 'register') this.groups.get(group)!.add(address);
    else this.groups.get(group)!.delete(address);
    return { outcome: 'accepted' };
  }

  readonly shift: ZonalShift = {
    managed: async (balancer) => {
      if (this.away.has('shift')) throw new Error('ARC cannot be asked');
      const now = this.clock.now();
      const shifts = this.shifts
        .filter((one) => one.balancer === balancer && one.until > now)
        .map(({ id, zone, at, until, comment }) => {
          return { shiftId: id, zone, startedAt: at, expiresAt: until, comment };
        });
      return { balancer, shifts, autoshifted: this.autoshifted };
    },
    start: async ({ balancer, zone, minutes, comment }) => {
      const at = this.clock.now();
      this.calls.push({ api: 'start-shift', target: zone, at });
      const answer = this.answer?.('start-shift') ?? null;
      if (answer !== null) return answer;
      if (this.shifts.some((one) => one.balancer === balancer && one.until > at)) {
        return { outcome: 'refused', code: 'ConflictException', conflict: true, retryable: true };
      }
      this.#shiftCount += 1;
      const until = at + minutes * 60_000;
      this.shifts.push({ id: `shift-${this.#shiftCount}`, balancer, zone, at, until, comment });
      return { outcome: 'accepted' };
    },
    cancel: async (shiftId) => {
      this.calls.push({ api: 'cancel-shift', target: shiftId, at: this.clock.now() });
      const answer = this.answer?.('cancel-shift') ?? null;
      if (answer !== null) return answer;
      this.shifts = this.shifts.filter(({ id }) => id !== shiftId);
      return { outcome: 'accepted' };
    },
  };

  readonly edge: EdgeProbe = {
    ask: async (): Promise<EdgeSample> => {
      const status = this.edgeStatus;
      const error = status === null ? 'ECONNREFUSED' : null;
      return { at: this.clock.now(), status, latencyMs: status === null ? null : 3, error };
    },
  };

  readonly recordStore: RecordStore = {
    list: async (name) => {
      this.recordCalls += 1;
      if (this.away.has('records')) throw new Error('Route 53 cannot be asked');
      return this.records.filter((record) => record.name === name);
    },
    apply: async ({ remove, create }) => {
      this.recordCalls += 1;
      this.calls.push({ api: 'repair', target: `-${remove.length} +${create.length}`, at: this.clock.now() });
      const answer = this.answer?.('repair') ?? null;
      if (answer !== null) return answer;
      const gone = new Set(remove.map((record) => JSON.stringify(record)));
      this.records = [...this.records.filter((one) => !gone.has(JSON.stringify(one))), ...create];
      return { outcome: 'accepted' };
    },
    resolves: async (name) => (this.away.has('dns') ? null : !this.unresolved.has(name)),
  };

  observations(zones: readonly string[]): TargetObservationItem[] {
    return zones.filter((az) => !this.silent.has(az)).map((az) => this.#observe(az));
  }

  #observe(az: string): TargetObservationItem {
    const at = this.clock.now() - 200;
    return {
      kind: 'target-observation',
      env: ENV,
      az,
      at,
      token: 1,
      sequence: 1,
      samples: this.tasks.map((task, index) => {
        const isDown = task.downAt !== null && !this.deaf.has(az);
        const reach = isDown ? task.reach : 'ok';
        return {
          memberId: this.id(index),
          at,
          reach,
          status: isDown ? null : 200,
          latencyMs: isDown ? null : 1,
        };
      }),
      verdicts: this.tasks.map((task, index) => {
        const memberId = this.id(index);
        const failsAt = (task.downAt ?? 0) + FAILS_AFTER_MS;
        const fails = task.downAt !== null && !this.deaf.has(az) && at >= failsAt;
        if (fails) return { memberId, failure: 'target-unreachable', since: failsAt, samples: 2 };
        const wellAt = task.upAt + HEALTHY_AFTER_MS;
        const isStill = task.upAt > 0 && at < wellAt && !this.deaf.has(az);
        const failure = isStill ? 'target-unreachable' : null;
        return { memberId, failure, since: isStill ? 0 : wellAt, samples: 5 };
      }),
      blind: this.blind.has(az),
      changed: false,
    };
  }
}
