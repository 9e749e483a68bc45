/** All alarms: kept by name, evaluated in time, acting on transitions only. */

import type { AlarmState, MetricStore } from '../../twin/cloudwatch/index.ts';
import type { World } from '../kernel/index.ts';
import { type ActionTargets, runActions } from './actions.ts';
import { type AlarmConfig, AlarmRecord } from './alarm-record.ts';
import { evaluateCompositeAlarm, evaluateMetricAlarm, stepActions } from './evaluator.ts';
import { invalid } from './properties.ts';

const MINUTE_S = 60;

export class Alarms {
  readonly #world: World;
  readonly #store: MetricStore;
  readonly #targets: ActionTargets;
  readonly #alarms = new Map<string, AlarmRecord>();

  constructor(world: World, store: MetricStore, targets: ActionTargets) {
    this.#world = world;
    this.#store = store;
    this.#targets = targets;
  }

  arnOf(name: string): string {
    const { partition, region, accountId } = this.#world;
    return `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${name}`;
  }

  /** By name. */
  all(): AlarmRecord[] {
    return [...this.#alarms.values()].sort((a, b) => (a.config.name < b.config.name ? -1 : 1));
  }

  /** By name or ARN. */
  find(alarm: string): AlarmRecord | undefined {
    return this.#alarms.get(alarm.startsWith('arn:') ? alarm.split(':').slice(6).join(':') : alarm);
  }

  create(config: AlarmConfig): void {
    if (this.#alarms.has(config.name))
      throw invalid('AlarmName', config.name, 'an alarm of this name exists');
    this.#alarms.set(config.name, new AlarmRecord(config, this.#world.now()));
  }

  update(config: AlarmConfig): void {
    this.#alarms.get(config.name)?.configure(config, this.#world.now());
  }

  remove(name: string): void {
    this.#alarms.delete(name);
  }

  /** As SetAlarmState: runs the actions; the next evaluation decides again. */
  setState(
    alarm: AlarmRecord,
    state: { value: AlarmState; reason: string; reasonData: string | null },
  ): void {
    if (alarm.enter(state, this.#world.now())) this.#changed(alarm);
    this.#evaluateComposites();
  }

  /** @param minute whether the alarms with a period of a minute or more are due too */
  evaluate(minute: boolean): void {
    const now = this.#world.now();
    for (const alarm of this.#alarms.values()) {
      const { config } = alarm;
      if (config.kind !== 'metric' || (config.periodS >= MINUTE_S && !minute)) continue;
      const current = alarm.state.value;
      const next = evaluateMetricAlarm(this.#world, this.#store, { config, current }, now);
      // A state that stands keeps its reason: the reason is that of the change.
      if (next.value !== current && alarm.enter(next, now)) this.#changed(alarm);
    }
    this.#evaluateComposites();
  }

  #changed(alarm: AlarmRecord): void {
    if (alarm.config.kind === 'metric') runActions(this.#world, this.#targets, alarm);
  }

  /** Composites may look at composites: as many rounds as there are of them settle every chain. */
  #evaluateComposites(): void {
    const now = this.#world.now();
    const composites = [...this.#alarms.values()].filter((alarm) => alarm.config.kind === 'composite');
    for (let round = 0; round < composites.length; round += 1) {
      const changes = composites.filter((alarm) => this.#evaluateComposite(alarm, now));
      if (changes.length === 0) break;
    }
    for (const alarm of composites) {
      const act = stepActions(this.#world, alarm, (name) => this.find(name), now);
      if (act) runActions(this.#world, this.#targets, alarm);
    }
  }

  #evaluateComposite(alarm: AlarmRecord, now: number): boolean {
    if (alarm.config.kind !== 'composite') return false;
    const next = evaluateCompositeAlarm(alarm.config, (name) => this.find(name));
    return next.value !== alarm.state.value && alarm.enter(next, now);
  }
}
