/** The control plane of the demo environment in virtual time: probers, controllers, and all that triggers them. */

import type { DatabaseThresholds } from '../../../core/thresholds/database.ts';
import { wholeOf } from '../../../core/thresholds/layer.ts';
import { specsOf } from '../../../core/thresholds/validate.ts';
import { thresholdsKey } from '../../../core/state/keys.ts';
import type { AlarmInAlarm, MetricGroup } from '../../../core/ports/index.ts';
import type { FaultBoard } from '../faults/board.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { ControlCall, InvocationView } from '../model.ts';
import { Alarms } from './alarms.ts';
import type { Defect, FolderName, FunctionHandler } from './defect.ts';
import { FUNCTIONS, ZONES } from './deployment.ts';
import { DescriptionHistory } from './descriptions.ts';
import { SimFunction } from './function.ts';
import { everyMinute } from './schedule.ts';
import { SimStateStore } from './state-store.ts';
import { onStateChange } from './stream.ts';
import { SimTable } from './table.ts';
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
  readonly calls: ControlCall[] = [];
  readonly invocations: InvocationView[] = [];
  readonly #world: World;
  #thresholds = wholeOf('database', null) as DatabaseThresholds;

  constructor(options: ControlPlaneOptions) {
    const { clock, overrides, ...rest } = options;
    this.table = new SimTable(() => clock.now());
    this.store = new SimStateStore(this.table);
    let alarms: Alarms | null = null;
    this.#world = {
      ...rest,
      clock,
      table: this.table,
      store: this.store,
      descriptions: new DescriptionHistory(),
      parameters: parametersOf(overrides),
      thresholds: () => this.#thresholds,
      inAlarm: (): readonly AlarmInAlarm[] => alarms?.inAlarm() ?? [],
      emit: (groups: readonly MetricGroup[], at: number) => alarms?.emit(groups, at),
      calls: this.calls,
      invocations: this.invocations,
    };
    this.table.onChange(({ key, after }) => {
      if (key.pk !== THRESHOLDS.pk || key.sk !== THRESHOLDS.sk || after === null) return;
      const { values } = after as { readonly values?: DatabaseThresholds };
      this.#thresholds = wholeOf('database', values ?? null);
    });
    const controllers = this.#deploy(options.controllers === 'none' ? NO_OP : null);
    alarms = new Alarms(this.#world, controllers);
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
      if (FUNCTIONS[folder].onStateChange) onStateChange(world, made);
      return made;
    };
    for (const zone of ZONES) make('health-check', zone);
    make('reconcile');
    return { 'replica-pool': make('replica-pool'), 'write-failover': make('write-failover') };
  }

  #every(ms: number, work: () => void): void {
    const again = (): void => {
      work();
      this.#world.clock.after(ms, again);
    };
    again();
  }
}

const THRESHOLDS = thresholdsKey('database');

const NO_OP: FunctionHandler = () => Promise.resolve();

/** Both layers, below the environment's root. */
function parametersOf(overrides: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
  const defaults = specsOf('database').map((spec) => [
    `defaults/database/${spec.name}`,
    String(spec.default),
  ]);
  const changed = Object.entries(overrides).map(([name, value]) => [
    `overrides/database/${name}`,
    String(value),
  ]);
  return Object.fromEntries([...defaults, ...changed]);
}
