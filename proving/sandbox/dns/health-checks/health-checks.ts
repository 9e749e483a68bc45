/** The health checks of the account. They go on whatever becomes of the API. */

import { randomUUID } from 'node:crypto';
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { calculatedHealthy, effectiveHealth, monitoringFault } from '../../../twin/dns/index.ts';
import type { AlarmData } from '../../cloudwatch/index.ts';
import { AwsError, type World } from '../../kernel/index.ts';
import { type Watch, watchEndpoint } from './endpoint-watch.ts';
import { monitored, watchMetric } from './metric-watch.ts';
import { type CheckSettings, invalid, readSettings } from './settings.ts';

export interface HealthCheckPorts {
  /** The data of a metric alarm; undefined where no metric alarm has the name. */
  alarmData(name: string): AlarmData | undefined;
  /** An address of a name as the public name servers answer. */
  resolve(name: string): string | undefined;
}

export interface HealthCheckRecord {
  readonly id: string;
  readonly callerReference: string;
  config: HealthCheckConfig;
  settings: CheckSettings;
  version: number;
  /** Null for what has to be calculated. */
  watch: Watch | null;
  /** The alarm as it was when the check was made or last changed; null for other kinds. */
  alarm: AlarmData | null;
}

/** A calculated check may have calculated children; Route 53 refuses that, and this bounds it. */
const DEPTH_MAX = 2;
const CHECKS_MAX = 200;

export class HealthChecks {
  readonly #world: World;
  readonly #ports: HealthCheckPorts;
  readonly #checks = new Map<string, HealthCheckRecord>();

  constructor(world: World, ports: HealthCheckPorts) {
    this.#world = world;
    this.#ports = ports;
  }

  all(): readonly HealthCheckRecord[] {
    return [...this.#checks.values()];
  }

  /** Throws AwsError `NoSuchHealthCheck`. */
  get(id: string): HealthCheckRecord {
    const found = this.#checks.get(id);
    if (found) return found;
    throw new AwsError('NoSuchHealthCheck', `A health check with id ${id} does not exist.`, { status: 404 });
  }

  has(id: string): boolean {
    return this.#checks.has(id);
  }

  /** Throws AwsError `InvalidInput`, `TooManyHealthChecks`. */
  create(config: HealthCheckConfig, callerReference: string = randomUUID()): HealthCheckRecord {
    if (this.#checks.size >= CHECKS_MAX) {
      const message = `This health check cannot be created because the limit of ${CHECKS_MAX} is exceeded.`;
      throw new AwsError('TooManyHealthChecks', message);
    }
    const settings = readSettings(config, this.#world.region);
    const made = { id: randomUUID(), callerReference, config, settings, version: 1 };
    const record = { ...made, ...this.#start(settings, true) };
    this.#checks.set(record.id, record);
    return record;
  }

  /** Type and interval stay; a changed endpoint starts as a new one does. Throws AwsError `InvalidInput`. */
  update(id: string, config: HealthCheckConfig): HealthCheckRecord {
    const record = this.get(id);
    for (const field of ['Type', 'RequestInterval', 'MeasureLatency'] as const) {
      if (config[field] !== record.config[field])
        throw invalid(field, config[field], 'cannot be changed later');
    }
    const settings = readSettings(config, this.#world.region);
    if (needsNewWatch(record.settings, settings)) {
      const { watch, alarm } = this.#start(settings, record.watch?.isHealthy() ?? true);
      record.watch?.stop();
      record.watch = watch;
      record.alarm = alarm;
    }
    record.config = config;
    record.settings = settings;
    record.version += 1;
    return record;
  }

  remove(id: string): void {
    this.get(id).watch?.stop();
    this.#checks.delete(id);
  }

  /** What DNS decides by. A check that is gone counts as healthy: missing data is no evidence. */
  isHealthy(id: string, depth = 0): boolean {
    const record = this.#checks.get(id);
    if (record === undefined || depth > DEPTH_MAX) return true;
    const { settings, watch } = record;
    if (settings.kind !== 'calculated') return effectiveHealth(watch?.isHealthy() ?? true, settings);
    const children = settings.children.map((child) => this.isHealthy(child, depth + 1));
    return effectiveHealth(calculatedHealthy(children, settings.threshold), settings);
  }

  stop(): void {
    for (const { watch } of this.#checks.values()) watch?.stop();
  }

  #start(settings: CheckSettings, last: boolean): Pick<HealthCheckRecord, 'watch' | 'alarm'> {
    if (settings.kind === 'endpoint') {
      const resolve = (name: string) => this.#ports.resolve(name);
      return { watch: watchEndpoint(this.#world, settings, resolve), alarm: null };
    }
    if (settings.kind === 'calculated') {
      for (const child of settings.children) this.#requireChild(child);
      return { watch: null, alarm: null };
    }
    const alarm = this.#ports.alarmData(settings.alarm);
    if (alarm === undefined) {
      throw invalid('AlarmIdentifier.Name', settings.alarm, 'names a metric alarm that is there');
    }
    const fault = monitoringFault(monitored(alarm));
    if (fault !== null)
      throw invalid('AlarmIdentifier.Name', settings.alarm, `names an alarm that can be read; ${fault}`);
    return { watch: watchMetric(this.#world, settings, { data: alarm, last }), alarm };
  }

  #requireChild(id: string): void {
    const child = this.#checks.get(id);
    if (child?.settings.kind === 'calculated') {
      throw invalid('ChildHealthChecks', id, 'are no calculated health checks themselves');
    }
    if (child === undefined) throw invalid('ChildHealthChecks', id, 'are health checks that are there');
  }
}

/** Turning a check round, or off, keeps what it has seen. */
function needsNewWatch(before: CheckSettings, after: CheckSettings): boolean {
  const essence = ({ inverted: _i, disabled: _d, ...rest }: CheckSettings) => JSON.stringify(rest);
  return essence(before) !== essence(after) || after.kind === 'metric';
}
