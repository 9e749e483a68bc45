/** Elastic Load Balancing's answers, from what the registry knows. */

import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import type { World } from '../../kernel/index.ts';
import { isCrossZone } from '../node-config.ts';
import type { Action, Attributes, Condition, Listener, LoadBalancer, Rule, TargetGroup } from '../model.ts';
import type { TargetRecord } from '../model.ts';
import { hostedZoneOf } from '../names.ts';
import type { Registry } from '../registry.ts';
import type { TargetBook } from '../target-book.ts';

export function balancerShape(world: World, balancer: LoadBalancer): elb.LoadBalancer {
  return {
    LoadBalancerArn: balancer.arn,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: hostedZoneOf(world.region),
    CreatedTime: new Date(balancer.createdAt),
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: balancer.zones.map(({ az, subnetId }) => ({
      ZoneName: az,
      SubnetId: subnetId,
      LoadBalancerAddresses: [],
    })),
    SecurityGroups: [...balancer.securityGroups],
    IpAddressType: balancer.ipAddressType as elb.IpAddressType,
  };
}

export function groupShape(registry: Registry, group: TargetGroup): elb.TargetGroup {
  const { healthCheck: check } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: 'HTTP',
    Port: group.port,
    ...(group.vpcId === null ? {} : { VpcId: group.vpcId }),
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: check.port,
    HealthCheckEnabled: check.enabled,
    HealthCheckIntervalSeconds: check.intervalS,
    HealthCheckTimeoutSeconds: check.timeoutS,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: { HttpCode: check.matcher },
    LoadBalancerArns: [registry.balancerOf(group.arn)?.arn ?? []].flat(),
    TargetType: 'ip',
    ProtocolVersion: 'HTTP1',
    IpAddressType: group.ipAddressType as elb.TargetGroupIpAddressTypeEnum,
  };
}

const INITIAL = {
  Reason: 'Elb.InitialHealthChecking',
  Description: 'Initial health checks in progress',
} as const;
const DRAINING = {
  Reason: 'Target.DeregistrationInProgress',
  Description: 'Target deregistration is in progress',
} as const;
const NOT_IN_USE = {
  Reason: 'Target.NotInUse',
  Description: 'Target group is not configured to receive traffic from the load balancer',
} as const;
const NOT_REGISTERED = {
  Reason: 'Target.NotRegistered',
  Description: 'Target is not registered to the target group',
} as const;

export interface HealthView {
  readonly book: TargetBook;
  readonly group: TargetGroup;
  /** The zone that the balancer leads away from, or null. */
  readonly shiftedAway: string | null;
}

export function healthShape(
  { book, group, shiftedAway }: HealthView,
  record: TargetRecord,
): elb.TargetHealthDescription {
  const { address, port, az } = record.target;
  return {
    Target: { Id: address, Port: port, AvailabilityZone: az ?? 'all' },
    HealthCheckPort: group.healthCheck.port === 'traffic-port' ? String(port) : group.healthCheck.port,
    TargetHealth: stateShape(book, group, record),
    AdministrativeOverride: override(group, az, shiftedAway),
  };
}

/** A target that was asked for by name and is not registered. */
export function unregisteredShape(
  target: elb.TargetDescription,
  group: TargetGroup,
): elb.TargetHealthDescription {
  return {
    Target: { Id: target.Id, Port: target.Port ?? group.port },
    TargetHealth: { State: 'unused', ...NOT_REGISTERED },
  };
}

function stateShape(book: TargetBook, group: TargetGroup, record: TargetRecord): elb.TargetHealth {
  const state = book.stateOfRecord(group.arn, record);
  if (state === 'draining') return { State: state, ...DRAINING };
  if (state === 'unused') return { State: state, ...NOT_IN_USE };
  if (state === 'initial') return { State: state, ...INITIAL };
  if (state === 'healthy') return { State: state };
  const complaint = book.complaintOf(group.arn, record);
  return {
    State: state,
    Reason: complaint?.reason ?? 'Target.FailedHealthChecks',
    Description: complaint?.description ?? 'Health checks failed',
  };
}

function override(
  group: TargetGroup,
  az: string | null,
  shiftedAway: string | null,
): elb.AdministrativeOverride {
  if (shiftedAway === null || az !== shiftedAway) {
    return {
      State: 'no_override',
      Reason: 'AdministrativeOverride.NoOverride',
      Description: 'No override is currently active on target',
    };
  }
  const state = isCrossZone(group) ? 'zonal_shift_active' : 'zonal_shift_delegated_to_dns';
  const Reason = isCrossZone(group)
    ? 'AdministrativeOverride.ZonalShiftActive'
    : 'AdministrativeOverride.ZonalShiftDelegatedToDns';
  return { State: state, Reason, Description: `Zonal shift away from ${shiftedAway}` };
}

export function listenerShape(listener: Listener): elb.Listener {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.balancerArn,
    Port: listener.port,
    Protocol: listener.protocol,
    ...(listener.certificateArn === null
      ? {}
      : { Certificates: [{ CertificateArn: listener.certificateArn }] }),
    ...(listener.sslPolicy === null ? {} : { SslPolicy: listener.sslPolicy }),
    DefaultActions: [actionShape(listener.defaultAction)],
  };
}

export function ruleShape(rule: Rule): elb.Rule {
  return {
    RuleArn: rule.arn,
    Priority: String(rule.priority),
    Conditions: rule.conditions.map(conditionShape),
    Actions: [actionShape(rule.action)],
    IsDefault: false,
  };
}

/** Every listener has a rule for what no other rule takes. */
export function defaultRuleShape(listener: Listener): elb.Rule {
  const [prefix = '', id = ''] = listener.arn.split(':listener/');
  return {
    RuleArn: `${prefix}:listener-rule/${id}/0000000000000000`,
    Priority: 'default',
    Conditions: [],
    Actions: [actionShape(listener.defaultAction)],
    IsDefault: true,
  };
}

export function attributeShapes(attributes: Attributes): { Key: string; Value: string }[] {
  return [...attributes].map(([Key, Value]) => ({ Key, Value }));
}

function actionShape(action: Action): elb.Action {
  if (action.kind === 'redirect') {
    const { protocol, host, port, path, query, status } = action;
    return {
      Type: 'redirect',
      RedirectConfig: {
        Protocol: protocol,
        Host: host,
        Port: port,
        Path: path,
        Query: query,
        StatusCode: `HTTP_${status}`,
      },
    };
  }
  if (action.kind === 'fixed-response') {
    const { status, contentType, body } = action;
    return {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: String(status), ContentType: contentType, MessageBody: body },
    };
  }
  const groups = action.groups.map(({ targetGroupArn, weight }) => ({
    TargetGroupArn: targetGroupArn,
    Weight: weight,
  }));
  const [only, ...others] = groups;
  return {
    Type: 'forward',
    ...(others.length === 0 && only !== undefined ? { TargetGroupArn: only.TargetGroupArn } : {}),
    ForwardConfig: { TargetGroups: groups, TargetGroupStickinessConfig: { Enabled: false } },
  };
}

const CONFIG_NAMES = {
  'path-pattern': 'PathPatternConfig',
  'host-header': 'HostHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
} as const;

function conditionShape(condition: Condition): elb.RuleCondition {
  const Values = [...condition.values];
  if (condition.field === 'http-header') {
    return { Field: condition.field, HttpHeaderConfig: { HttpHeaderName: condition.header, Values } };
  }
  return { Field: condition.field, Values, [CONFIG_NAMES[condition.field]]: { Values } };
}
