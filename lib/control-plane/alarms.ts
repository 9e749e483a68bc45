import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUDGET_METRIC } from '../../core/cache/budget-metric.ts';
import type { Failure } from '../../core/failures.ts';
import type { Tier } from '../../core/naming.ts';
import { METRIC as PROBER_METRIC } from '../../lambdas/health-check/contract.ts';
import { METRIC as RECONCILE_METRIC } from '../../lambdas/reconcile/contract.ts';
import { METRIC as POOL_METRIC } from '../../lambdas/replica-pool/contract.ts';
import { DIMENSION } from '../../lambdas/shared/contract.ts';
import { METRIC as THROTTLE_METRIC } from '../../lambdas/throttle/contract.ts';
import { METRIC as FAILOVER_METRIC } from '../../lambdas/write-failover/contract.ts';
import {
  ALARM_CATALOGUE,
  alarmDescription,
  alarmName,
  catalogueEntry,
  compositeAlarmName,
  type Woken,
} from '../shared/alarm-catalogue.ts';
import type { ControlFunction } from '../shared/control-function.ts';
import { understudyMetric } from '../shared/metrics.ts';
import type { ICacheTier } from '../tiers/cache/base.ts';
import type { IDatabaseTier } from '../tiers/database/base.ts';
import {
  BUSY,
  FAILING,
  MEMBER,
  MINUTE,
  OVER_CAPACITY,
  RAISED,
  SILENT,
  SUSTAINED,
  type AlarmSpec,
  type Evaluation,
} from './alarm-terms.ts';
import { deploymentAlarm, edgeAlarms, webAlarms } from './front-alarms.ts';

export interface AlarmsProps {
  readonly environmentName: string;
  readonly zones: readonly string[];
  readonly database: IDatabaseTier;
  readonly topic: sns.ITopic;
  readonly deadLetterQueue: sqs.IQueue;
  /** The functions that alarms wake, by folder. */
  readonly controllers: Readonly<Partial<Record<Exclude<Woken, null>, ControlFunction>>>;
  /** Every function of the control plane, by report name. */
  readonly functions: ReadonlyMap<string, ControlFunction>;
  /** The throttled resources, by name. */
  readonly throttled: readonly string[];
  /** The cache, and the applications that read it. @default - there is none */
  readonly cache?: { readonly tier: ICacheTier; readonly applications: readonly string[] };
  /** The balancers that `dns-failover` looks after. @default - there are none */
  readonly edge?: { readonly isAsked: boolean };
  /** The rule that matches deployments that ECS took back. @default - no tasks are run */
  readonly failedDeployments?: events.IRule;
}

/**
 * All alarms of an environment: one for each failure and subject, and one composite a tier that tells people. The only
 * alarm of a tier tells them itself: a composite of one says nothing more, and costs five times the alarm.
 */
export class Alarms extends Construct {
  readonly alarms: readonly cloudwatch.Alarm[];
  readonly composites: ReadonlyMap<Tier, cloudwatch.CompositeAlarm>;
  private readonly props: AlarmsProps;
  private readonly byTier = new Map<Tier, cloudwatch.Alarm[]>();

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    this.alarms = [
      ...this.memberAlarms(),
      ...this.zoneAlarms(),
      ...this.environmentAlarms(),
      ...this.functionAlarms(),
      ...this.resourceAlarms(),
      ...this.shardAlarms(),
      ...this.budgetAlarms(),
      ...this.frontAlarms(),
    ];
    const tiers = [...this.byTier];
    for (const [, [only, ...others]] of tiers) {
      if (others.length === 0) only?.addAlarmAction(new SnsAction(props.topic));
    }
    this.composites = new Map(
      tiers
        .filter(([, children]) => children.length > 1)
        .map(([tier, children]) => [tier, this.composite(tier, children)]),
    );
  }

  private memberAlarms(): cloudwatch.Alarm[] {
    const { database } = this.props;
    const failures = ALARM_CATALOGUE.filter((entry) => entry.subject === 'member');
    return database.members.flatMap((member, index) =>
      failures.map(({ failure }) =>
        this.alarm(failure, `member-${index + 1}`, database.metricFailure(failure, member), MEMBER),
      ),
    );
  }

  private zoneAlarms(): cloudwatch.Alarm[] {
    const { environmentName, zones } = this.props;
    return zones.flatMap((zone) => {
      const dimensionsMap = { [DIMENSION.az]: zone };
      const sweeps = understudyMetric(environmentName, PROBER_METRIC.sweeps, {
        dimensionsMap,
        period: MINUTE,
        statistic: cloudwatch.Stats.SUM,
      });
      const blind = understudyMetric(environmentName, PROBER_METRIC.blind, { dimensionsMap, period: MINUTE });
      return [
        this.alarm('prober-silent', zone, sweeps, SILENT),
        this.alarm('prober-blind', zone, blind, SUSTAINED),
      ];
    });
  }

  private environmentAlarms(): cloudwatch.Alarm[] {
    const metric = (name: string): cloudwatch.Metric =>
      understudyMetric(this.props.environmentName, name, { period: MINUTE });
    return [
      this.alarm('readers-low', undefined, metric(POOL_METRIC.readersLow), RAISED),
      this.alarm('recovery-failed', undefined, metric(FAILOVER_METRIC.recoveryFailed), RAISED),
      this.alarm('parameter-refused', undefined, metric(RECONCILE_METRIC.parameterRefused), RAISED),
    ];
  }

  private functionAlarms(): cloudwatch.Alarm[] {
    const { deadLetterQueue, functions } = this.props;
    const letters = deadLetterQueue.metricApproximateNumberOfMessagesVisible({
      period: MINUTE,
      statistic: cloudwatch.Stats.MAXIMUM,
    });
    return [
      ...[...functions].map(([name, { function: fn }]) =>
        this.alarm('function-failing', name, failuresOf(fn), FAILING),
      ),
      this.alarm('function-failing', 'dead-letters', letters, RAISED),
    ];
  }

  private resourceAlarms(): cloudwatch.Alarm[] {
    const { environmentName, throttled } = this.props;
    return throttled.map((resource) => {
      const wanted = understudyMetric(environmentName, THROTTLE_METRIC.wanted, {
        dimensionsMap: { [DIMENSION.resource]: resource },
        period: MINUTE,
        statistic: cloudwatch.Stats.AVERAGE,
      });
      return this.alarm('throttle-over-capacity', resource, wanted, OVER_CAPACITY);
    });
  }

  private shardAlarms(): cloudwatch.Alarm[] {
    const tier = this.props.cache?.tier;
    if (tier === undefined) return [];
    return tier.shards.flatMap((shard) => {
      const unreachable = tier.metricFailure('shard-unreachable', shard);
      const quarantined = tier.metricFailure('shard-quarantined', shard, { period: MINUTE });
      const cpu = tier.metricEngineCpu(shard, { period: MINUTE });
      return [
        this.alarm('shard-unreachable', shard.id, unreachable, MEMBER),
        this.alarm('shard-quarantined', shard.id, quarantined, RAISED),
        this.alarm('shard-busy', shard.id, cpu, BUSY),
      ];
    });
  }

  private budgetAlarms(): cloudwatch.Alarm[] {
    const { environmentName, cache } = this.props;
    return (cache?.applications ?? []).map((application) => {
      const refused = understudyMetric(environmentName, BUDGET_METRIC.spent, {
        dimensionsMap: { [BUDGET_METRIC.dimension]: application },
        period: MINUTE,
        statistic: cloudwatch.Stats.SUM,
      });
      return this.alarm('read-budget-spent', application, refused, FAILING);
    });
  }

  private frontAlarms(): cloudwatch.Alarm[] {
    const { environmentName, zones, edge, failedDeployments } = this.props;
    const specs: readonly AlarmSpec[] = [
      ...(edge === undefined ? [] : webAlarms(environmentName, zones)),
      ...(edge === undefined ? [] : edgeAlarms(environmentName, { zones, ...edge })),
      ...(failedDeployments === undefined ? [] : [deploymentAlarm(failedDeployments)]),
    ];
    return specs.map(({ failure, subject, metric, evaluation }) =>
      this.alarm(failure, subject, metric, evaluation),
    );
  }

  private alarm(
    failure: Failure,
    subject: string | undefined,
    metric: cloudwatch.IMetric,
    evaluation: Evaluation,
  ): cloudwatch.Alarm {
    const { environmentName, controllers, topic } = this.props;
    const { tier, wakes } = catalogueEntry(failure);
    const name = alarmName(environmentName, failure, subject);
    const alarm = new cloudwatch.Alarm(this, subject === undefined ? failure : `${failure}-${subject}`, {
      alarmName: name,
      alarmDescription: alarmDescription(environmentName, failure),
      metric,
      threshold: evaluation.threshold,
      comparisonOperator: evaluation.comparison,
      datapointsToAlarm: evaluation.of,
      evaluationPeriods: evaluation.outOf,
      treatMissingData: evaluation.missing,
    });
    const woken = wakes === null ? undefined : controllers[wakes];
    if (woken !== undefined) alarm.addAlarmAction(invoke(woken));
    if (tier === null) alarm.addAlarmAction(new SnsAction(topic));
    else this.byTier.set(tier, [...(this.byTier.get(tier) ?? []), alarm]);
    return alarm;
  }

  /** People are told once a tier, however many of its alarms ring. */
  private composite(tier: Tier, children: readonly cloudwatch.Alarm[]): cloudwatch.CompositeAlarm {
    const { environmentName, topic } = this.props;
    const failures = ALARM_CATALOGUE.filter((entry) => entry.tier === tier).map((entry) => entry.failure);
    const name = compositeAlarmName(environmentName, tier);
    const description = `Something is wrong in the ${tier} tier: ${failures.join(', ')}. Runbook: docs/runbook.md.`;
    const parts = partsOf(children);
    const composite = this.anyOf(`${tier}-tier`, {
      name,
      description,
      children:
        parts.length === 1
          ? children
          : parts.map((part, index) =>
              this.anyOf(`${tier}-tier-${index + 1}`, {
                name: `${name}-${index + 1}`,
                description,
                children: part,
              }),
            ),
    });
    composite.addAlarmAction(new SnsAction(topic));
    return composite;
  }

  private anyOf(
    id: string,
    rule: { name: string; description: string; children: readonly cloudwatch.IAlarmRule[] },
  ): cloudwatch.CompositeAlarm {
    return new cloudwatch.CompositeAlarm(this, id, {
      compositeAlarmName: rule.name,
      alarmDescription: rule.description,
      alarmRule: cloudwatch.AlarmRule.anyOf(...rule.children),
    });
  }
}

/** CloudWatch's limit of the alarms that a composite watches. */
const CHILDREN_MAX = 100;

function partsOf<T>(children: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(children.length / CHILDREN_MAX);
  return Array.from({ length: count }, (_, part) =>
    children.slice(part * CHILDREN_MAX, (part + 1) * CHILDREN_MAX),
  );
}

/** Errors and throttles together: both mean that what should have run did not. */
function failuresOf(fn: ControlFunction['function']): cloudwatch.MathExpression {
  const options = { period: MINUTE, statistic: cloudwatch.Stats.SUM };
  return new cloudwatch.MathExpression({
    expression: 'errors + throttles',
    label: 'errors and throttles',
    period: MINUTE,
    usingMetrics: { errors: fn.metricErrors(options), throttles: fn.metricThrottles(options) },
  });
}

/** The function's ARN alone: its permission for all alarms of the environment is granted once. */
function invoke(target: ControlFunction): cloudwatch.IAlarmAction {
  return { bind: () => ({ alarmActionArn: target.function.functionArn }) };
}
