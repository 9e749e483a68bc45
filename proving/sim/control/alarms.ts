/** The member alarms of the environment: metrics from log lines in, alarm actions out, as CloudWatch does it. */

import type { Failure } from '../../../core/failures.ts';
import { METRIC_NAMESPACE } from '../../../core/naming.ts';
import type { AlarmInAlarm, MetricGroup } from '../../../core/ports/index.ts';
import { DIMENSION } from '../../../lambdas/shared/contract.ts';
import {
  evaluateAlarm,
  evaluationRange,
  MetricStore,
  type AlarmState,
  type MetricId,
} from '../../twin/cloudwatch/index.ts';
import {
  ACCOUNT,
  alarmName,
  ENVIRONMENT,
  MEMBER_ALARM_PERIOD_MS,
  MEMBER_ALARM_RULE,
  MEMBER_ALARM_STATISTIC,
  MEMBER_ALARMS,
  REGION,
} from './deployment.ts';
import type { SimFunction } from './function.ts';
import type { World } from './world.ts';

/** From a log line until its values are in the metric. */
const INGESTION_MS = [500, 4000] as const;
/** CloudWatch evaluates alarms of a high resolution every ten seconds. */
const EVALUATION_MS = 10_000;

interface MemberAlarm {
  readonly name: string;
  readonly failure: Failure;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly target: SimFunction;
  state: AlarmState;
  since: number;
}

/** A value of a log line on its way into its metric. */
interface Pending {
  readonly visibleAt: number;
  readonly at: number;
  readonly alarm: MemberAlarm;
  readonly value: number;
}

export class Alarms {
  readonly #world: World;
  readonly #alarms: readonly MemberAlarm[];
  /** By member and metric. */
  readonly #byMetric: ReadonlyMap<string, MemberAlarm>;
  readonly #metrics = new MetricStore();
  #pending: Pending[] = [];

  /** @param targets the controllers by folder */
  constructor(world: World, targets: Readonly<Record<'replica-pool' | 'write-failover', SimFunction>>) {
    this.#world = world;
    const since = world.clock.now();
    this.#alarms = world.database.members.flatMap(({ id }, index) =>
      MEMBER_ALARMS.map(({ failure, wakes }) => ({
        name: alarmName(failure, index),
        failure,
        dimensions: { [DIMENSION.env]: ENVIRONMENT, [DIMENSION.member]: id },
        target: targets[wakes],
        state: 'INSUFFICIENT_DATA' as const,
        since,
      })),
    );
    this.#byMetric = new Map(
      this.#alarms.map((alarm) => [`${alarm.dimensions[DIMENSION.member]} ${alarm.failure}`, alarm]),
    );
    world.clock.after(world.random.between(1, EVALUATION_MS), () => this.#evaluateAndWait());
  }

  emit(groups: readonly MetricGroup[], at: number): void {
    const visibleAt = at + this.#world.random.between(...INGESTION_MS);
    for (const { dimensions, values } of groups) {
      const member = dimensions[DIMENSION.member];
      if (member === undefined) continue;
      for (const { name, value } of values) {
        const alarm = this.#byMetric.get(`${member} ${name}`);
        if (alarm !== undefined) this.#pending.push({ visibleAt, at, alarm, value });
      }
    }
  }

  inAlarm(): readonly AlarmInAlarm[] {
    return this.#alarms
      .filter(({ state }) => state === 'ALARM')
      .map(({ name, since, target, failure, dimensions }) => ({
        name,
        since,
        actions: [target.arn],
        metric: failure,
        dimensions,
      }));
  }

  #evaluateAndWait(): void {
    const now = this.#world.clock.now();
    this.#ingest(now);
    for (const alarm of this.#alarms) this.#evaluate(alarm, now);
    this.#world.clock.after(EVALUATION_MS, () => this.#evaluateAndWait());
  }

  /** The maximum of a period is all that its alarm asks for, so one value a period will do. */
  #ingest(now: number): void {
    const visible = this.#pending.filter(({ visibleAt }) => visibleAt <= now);
    this.#pending = this.#pending.filter(({ visibleAt }) => visibleAt > now);
    const greatest = new Map<string, Pending>();
    for (const pending of visible) {
      const key = `${pending.alarm.name} ${Math.floor(pending.at / MEMBER_ALARM_PERIOD_MS)}`;
      if (pending.value > (greatest.get(key)?.value ?? -Infinity)) greatest.set(key, pending);
    }
    for (const { alarm, at, value } of greatest.values()) {
      this.#metrics.put({ ...metricOf(alarm), value, unit: 'Count', at }, now);
    }
  }

  #evaluate(alarm: MemberAlarm, now: number): void {
    const query = {
      ...metricOf(alarm),
      statistic: MEMBER_ALARM_STATISTIC,
      periodMs: MEMBER_ALARM_PERIOD_MS,
    };
    const range = evaluationRange(MEMBER_ALARM_RULE.evaluationPeriods);
    const points = this.#metrics.latest(query, range, now).map(({ value }) => value);
    const next = evaluateAlarm(MEMBER_ALARM_RULE, points, alarm.state);
    if (next === alarm.state) return;
    const event = eventOf(alarm, next, now);
    alarm.state = next;
    alarm.since = now;
    this.#world.note(() => `alarm ${alarm.name} is ${next}`);
    if (next === 'ALARM') this.#act(alarm.target, event);
  }

  #act(target: SimFunction, event: object): void {
    const { clock, board } = this.#world;
    const struck = board.delivery('alarm');
    const send = (): void => target.invokeAsync(event, 'alarm');
    if (struck?.effect === 'drop') return;
    if (struck?.effect === 'delay') clock.after(struck.ms, send);
    else send();
    if (struck?.effect === 'duplicate') clock.after(struck.ms, send);
  }
}

function metricOf({ failure, dimensions }: MemberAlarm): MetricId {
  return { namespace: METRIC_NAMESPACE, name: failure, dimensions };
}

/** Source: Amazon CloudWatch User Guide, "Invoke a Lambda function from an alarm", event object. */
function eventOf({ name, state, since }: MemberAlarm, next: AlarmState, now: number): object {
  return {
    source: 'aws.cloudwatch',
    alarmArn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`,
    accountId: ACCOUNT,
    time: timestamp(now),
    region: REGION,
    alarmData: {
      alarmName: name,
      state: { value: next, reason: 'Threshold Crossed', timestamp: timestamp(now) },
      previousState: { value: state, reason: '', timestamp: timestamp(since) },
    },
  };
}

function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
