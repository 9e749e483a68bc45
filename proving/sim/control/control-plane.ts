/** The control plane of the demo environment in virtual time: probers, controllers, and all that triggers them. */

import type { DatabaseThresholds } from '../../../core/thresholds/database.ts';
import { wholeOf } from '../../../core/thresholds/layer.ts';
import { specsOf } from '../../../core/thresholds/validate.ts';
import { thresholdsKey } from '../../../core/state/keys.ts';
import type { QuotasDocument } from '../../../core/throttle/index.ts';
import type { AlarmInAlarm, MetricGroup } from '../../../core/ports/index.ts';
import { METRIC } from '../../../lambdas/dns-failover/contract.ts';
import type { FaultBoard } from '../faults/board.ts';
import type { FrontTier } from '../front/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { ControlCall, InvocationView } from '../model.ts';
import { Alarms } from './alarms.ts';
import type { Defect, FolderName, FunctionHandler } from './defect.ts';
import { ACCOUNT, ENVIRONMENT, FUNCTIONS, REGION, ZONES } from './deployment.ts';
import { DescriptionHistory } from './descriptions.ts';
import { SimFunction } from './function.ts';
import { everyMinute } from './schedule.ts';
import { SimStateStore } from './state-store.ts';
import { onStream } from './stream.ts';
import { SimTable } from './table.ts';
import { SimThrottleStore } from './throttle-store.ts';
import type { ManagedDatabase, World } from './world.ts';

export interface ControlPlaneOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly board: FaultBoard;
  readonly database: ManagedDatabase;
  readonly controllers: 'real' | 'none';
  readonly defect: Defect | null;
  /** Thresholds that the engineer has overridden, by name. */
  readonly overrides: Readonly<Record<string, number>>;
  /** Quotas by resource. @default - nothing is throttled, and there is no `throttle` function */
  readonly quotas?: Readonly<Record<string, QuotasDocument>>;
  /** @default - there is no web tier, and no `dns-failover` function */
  readonly front?: FrontTier;
  readonly rare: (name: string) => void;
  readonly note: (line: () => string) => void;
}

/** The functions of one deployment are made within this time, and their schedules with them. */
const DEPLOYMENT_MS = 5000;
const DESCRIPTIONS_MS = 500;
const TTL_SWEEP_MS = 60_000;

export class ControlPlane {
  readonly table: SimTable;
  readonly store: SimStateStore;
  readonly throttle: SimThrottleStore;
  readonly calls: ControlCall[] = [];
  readonly invocations: InvocationView[] = [];
  readonly #world: World;
  #thresholds = wholeOf('database', null) as DatabaseThresholds;

  constructor(options: ControlPlaneOptions) {
    const { clock, overrides, quotas = {}, front = null, ...rest } = options;
    this.table = new SimTable(() => clock.now());
    this.store = new SimStateStore(this.table);
    this.throttle = new SimThrottleStore(
      () => clock.now(),
      () => options.board.staleMs(),
    );
    let alarms: Alarms | null = null;
    this.#world = {
      ...rest,
      clock,
      table: this.table,
      store: this.store,
      throttle: this.throttle,
      resources: Object.keys(quotas),
      front,
      descriptions: new DescriptionHistory(),
      parameters: { ...parametersOf(overrides, quotas), ...(front === null ? {} : FRONT_PARAMETERS) },
      thresholds: () => this.#thresholds,
      inAlarm: (): readonly AlarmInAlarm[] => alarms?.inAlarm() ?? [],
      emit: (groups: readonly MetricGroup[], at: number) => {
        alarms?.emit(groups, at);
        if (front !== null) tellEdge(front, groups);
      },
      calls: this.calls,
      invocations: this.invocations,
    };
    this.table.onChange(({ key, after }) => {
      if (key.pk !== THRESHOLDS.pk || key.sk !== THRESHOLDS.sk || after === null) return;
      const { values } = after as { readonly values?: DatabaseThresholds };
      this.#thresholds = wholeOf('database', values ?? null);
    });
    const replaced = options.controllers === 'none' ? NO_OP : null;
    alarms = new Alarms(this.#world, this.#deploy(replaced));
    if (options.quotas !== undefined) this.#deployThrottle(replaced);
    if (front !== null) this.#deployFront(front, replaced);
    this.#every(DESCRIPTIONS_MS, () => this.#world.descriptions.record(options.database.describe()));
    this.#every(TTL_SWEEP_MS, () => this.table.expire());
  }

  /** The database thresholds in force. */
  get thresholds(): DatabaseThresholds {
    return this.#thresholds;
  }

  #deploy(
    replaced: FunctionHandler | null,
  ): Readonly<Record<'replica-pool' | 'write-failover', SimFunction>> {
    const world = this.#world;
    const make = (folder: FolderName, az: string | null = null): SimFunction => {
      const made = new SimFunction(world, { folder, az }, replaced);
      const startAt = world.clock.now() + world.random.between(1, DEPLOYMENT_MS);
      if (FUNCTIONS[folder].everyMinute) everyMinute(world, made, startAt);
      const { stream } = FUNCTIONS[folder];
      if (stream !== null) onStream(world, this.table, { target: made, stream });
      return made;
    };
    for (const zone of ZONES) make('health-check', zone);
    make('reconcile');
    return { 'replica-pool': make('replica-pool'), 'write-failover': make('write-failover') };
  }

  /** Draws of its own: with it or without it, the other functions have the same luck. */
  #deployThrottle(replaced: FunctionHandler | null): void {
    const world = { ...this.#world, random: this.#world.random.fork('throttle') };
    const target = new SimFunction(world, { folder: 'throttle', az: null }, replaced);
    const stream = FUNCTIONS.throttle.stream!;
    onStream(world, this.throttle.table, { target, stream });
    this.#every(TTL_SWEEP_MS, () => this.throttle.table.expire());
  }

  /** As for the throttle. Task changes reach it as events do: at least once, and now and then late or never. */
  #deployFront(front: FrontTier, replaced: FunctionHandler | null): void {
    const world = { ...this.#world, random: this.#world.random.fork('front') };
    front.ledgerTable = this.table;
    const target = new SimFunction(world, { folder: 'dns-failover', az: null }, replaced);
    everyMinute(world, target, world.clock.now() + world.random.between(1, DEPLOYMENT_MS));
    onStream(world, front.store.table, { target, stream: FUNCTIONS['dns-failover'].stream! });
    front.onTask = ({ address }, status) => {
      if (world.board.delivery('tasks')?.effect === 'drop') return;
      target.invokeAsync(taskEvent(address, status), 'tasks');
    };
    this.#every(TTL_SWEEP_MS, () => front.store.table.expire());
  }

  #every(ms: number, work: () => void): void {
    const again = (): void => {
      work();
      this.#world.clock.after(ms, again);
    };
    again();
  }
}

/** A run has minutes for what takes longer on AWS. */
const FRONT_PARAMETERS: Readonly<Record<string, string>> = {
  'overrides/edge/zone-return-ms': '30000',
  'overrides/edge/drift-hold-ms': '60000',
  'overrides/edge/repair-cooldown-ms': '60000',
};

/** What Route 53 reads. */
function tellEdge(front: FrontTier, groups: readonly MetricGroup[]): void {
  for (const { name, value } of groups.flatMap(({ values }) => values)) {
    if (name === METRIC.edgeHealthy) front.names.told(value === 1);
  }
}

/** As EventBridge sends it for a task that runs, or has stopped: the rule lets no other through. */
function taskEvent(address: string, status: 'RUNNING' | 'STOPPED'): object {
  return {
    source: 'aws.ecs',
    'detail-type': 'ECS Task State Change',
    account: ACCOUNT,
    region: REGION,
    detail: {
      clusterArn: `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/${ENVIRONMENT}`,
      desiredStatus: status,
      lastStatus: status,
      attachments: [{ details: [{ name: 'privateIPv4Address', value: address }] }],
    },
  };
}

const THRESHOLDS = thresholdsKey('database');

const NO_OP: FunctionHandler = () => Promise.resolve();

/** Both layers, below the environment's root. */
function parametersOf(
  overrides: Readonly<Record<string, number>>,
  quotas: Readonly<Record<string, QuotasDocument>>,
): Readonly<Record<string, string>> {
  const defaults = specsOf('database').map((spec) => [
    `defaults/database/${spec.name}`,
    String(spec.default),
  ]);
  const changed = Object.entries(overrides).map(([name, value]) => [
    `overrides/database/${name}`,
    String(value),
  ]);
  const written = Object.entries(quotas).map(([resource, document]) => [
    `defaults/quotas/${resource}`,
    JSON.stringify(document),
  ]);
  return Object.fromEntries([...defaults, ...changed, ...written]);
}
