import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { InvalidInput } from '../../../core/errors.ts';
import { addressLimit, mostOfOneCaller } from '../../../core/throttle/index.ts';
import { rateRulesFaults, versionOf } from './rate-rules-faults.ts';
import {
  ADDRESS_RULE,
  CALLERS_PER_ADDRESS_DEFAULT,
  FALLBACK_DEFAULT,
  HEADER_NAME_DEFAULT,
  WINDOW_S_DEFAULT,
  type EdgeRateRule,
  type EdgeRateRulesProps,
} from './rate-rules-props.ts';

const REFUSAL = 'refused';
/** In the form of the refusals of the throttle in the process. Nothing of limits or of what is behind (SEC-18). */
const REFUSAL_BODY = { error: 'address-limit', message: 'Too many requests from your address.' };
/** With an underscore, which no resource's name has. */
const EXEMPT_RULE = 'exempt_addresses';

/**
 * The coarse guard in front of the throttle: a web ACL of WAF that refuses an address which sends more than any one
 * caller may, before its requests cost a connection. Best effort: WAF counts every few seconds and knows addresses,
 * not callers. The exact guard is the throttle in the process. The edge tier attaches the ACL by `webAclArn`.
 * @throws InvalidInput naming everything that WAF would refuse
 */
export class EdgeRateRules extends Construct {
  readonly webAcl: wafv2.CfnWebACL;
  /** What the properties `allowed` name; an IP set for each version of addresses. */
  readonly ipSets: readonly wafv2.CfnIPSet[];
  private readonly props: EdgeRateRulesProps;
  private readonly windowS: number;

  constructor(scope: Construct, id: string, props: EdgeRateRulesProps) {
    super(scope, id);
    const faults = rateRulesFaults(props);
    if (faults.length > 0) throw new InvalidInput(`The rate rules of '${props.environmentName}'`, faults);
    this.props = props;
    this.windowS = props.window?.toSeconds() ?? WINDOW_S_DEFAULT;
    this.ipSets = this.makeIpSets();
    const exempt = this.exemption();
    const first = exempt.length;
    this.webAcl = new wafv2.CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      description: `Limits what one address may send to ${props.environmentName}.`,
      defaultAction: { allow: {} },
      rules: [
        ...exempt,
        ...props.rules.map((rule, index) => this.resourceRule(rule, first + index)),
        ...this.addressRule(first + props.rules.length),
      ],
      customResponseBodies: {
        [REFUSAL]: { contentType: 'APPLICATION_JSON', content: JSON.stringify(REFUSAL_BODY) },
      },
      visibilityConfig: this.visibility(),
    });
    this.node.defaultChild = this.webAcl;
  }

  get webAclArn(): string {
    return this.webAcl.attrArn;
  }

  /** Requests to a resource, or of the rule `address`, that were refused, or would have been in the mode `observe`. @default - sum over 60 s */
  metricRefused(resource: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(1),
      ...options,
      namespace: 'AWS/WAFV2',
      metricName: this.props.mode === 'observe' ? 'CountedRequests' : 'BlockedRequests',
      dimensionsMap: {
        WebACL: this.metricName(),
        Rule: this.metricName(resource),
        Region: Stack.of(this).region,
      },
    });
  }

  private resourceRule(rule: EdgeRateRule, priority: number): wafv2.CfnWebACL.RuleProperty {
    const { quotas, pathPrefix } = rule;
    const limit = addressLimit({
      quotas,
      perSecond: rule.callerPerS ?? mostOfOneCaller(quotas),
      callersPerAddress: rule.callersPerAddress ?? CALLERS_PER_ADDRESS_DEFAULT,
      windowS: this.windowS,
    });
    const scope = pathPrefix === undefined ? {} : { scopeDownStatement: pathBegins(pathPrefix) };
    return this.rateRule(quotas.resource, priority, { limit, ...scope });
  }

  /** None where nothing is said of an address as such. */
  private addressRule(priority: number): readonly wafv2.CfnWebACL.RuleProperty[] {
    const { requestsPerAddress: limit } = this.props;
    return limit === undefined ? [] : [this.rateRule(ADDRESS_RULE, priority, { limit })];
  }

  private rateRule(
    name: string,
    priority: number,
    rate: Pick<wafv2.CfnWebACL.RateBasedStatementProperty, 'limit' | 'scopeDownStatement'>,
  ): wafv2.CfnWebACL.RuleProperty {
    return {
      name,
      priority,
      action: this.action(),
      statement: {
        rateBasedStatement: { ...rate, evaluationWindowSec: this.windowS, ...this.aggregation() },
      },
      visibilityConfig: this.visibility(name),
    };
  }

  private action(): wafv2.CfnWebACL.RuleActionProperty {
    if (this.props.mode === 'observe') return { count: {} };
    const seconds = this.props.retryAfter?.toSeconds() ?? this.windowS;
    return {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: REFUSAL,
          responseHeaders: [
            { name: 'Retry-After', value: String(seconds) },
            { name: 'Cache-Control', value: 'no-store' },
          ],
        },
      },
    };
  }

  private aggregation(): Pick<
    wafv2.CfnWebACL.RateBasedStatementProperty,
    'aggregateKeyType' | 'forwardedIpConfig'
  > {
    const { forwarded } = this.props;
    if (forwarded === undefined) return { aggregateKeyType: 'IP' };
    return {
      aggregateKeyType: 'FORWARDED_IP',
      forwardedIpConfig: {
        headerName: forwarded.headerName ?? HEADER_NAME_DEFAULT,
        fallbackBehavior: forwarded.fallback ?? FALLBACK_DEFAULT,
      },
    };
  }

  private makeIpSets(): readonly wafv2.CfnIPSet[] {
    return (['IPV4', 'IPV6'] as const).flatMap((ipAddressVersion) => {
      const addresses = (this.props.allowed ?? []).filter((block) => versionOf(block) === ipAddressVersion);
      const description = 'Addresses that no rate rule limits.';
      return addresses.length === 0
        ? []
        : [
            new wafv2.CfnIPSet(this, ipAddressVersion, {
              scope: 'REGIONAL',
              ipAddressVersion,
              addresses,
              description,
            }),
          ];
    });
  }

  /** The rule in front of all others that lets the exempt addresses pass; none where nobody is exempt. */
  private exemption(): readonly wafv2.CfnWebACL.RuleProperty[] {
    const arns = [...this.ipSets.map(({ attrArn }) => attrArn), ...(this.props.allowedIpSetArns ?? [])];
    const statements = arns.map((arn) => ({ ipSetReferenceStatement: { arn, ...this.position() } }));
    const [only, ...more] = statements;
    if (only === undefined) return [];
    const statement = more.length === 0 ? only : { orStatement: { statements } };
    const visibilityConfig = this.visibility(EXEMPT_RULE);
    return [{ name: EXEMPT_RULE, priority: 0, action: { allow: {} }, statement, visibilityConfig }];
  }

  /** The address that the rate rules count by. Whoever has no valid one is exempt from nothing. */
  private position(): Pick<wafv2.CfnWebACL.IPSetReferenceStatementProperty, 'ipSetForwardedIpConfig'> {
    const { forwarded } = this.props;
    if (forwarded === undefined) return {};
    const headerName = forwarded.headerName ?? HEADER_NAME_DEFAULT;
    return { ipSetForwardedIpConfig: { headerName, fallbackBehavior: 'NO_MATCH', position: 'FIRST' } };
  }

  private visibility(rule?: string): wafv2.CfnWebACL.VisibilityConfigProperty {
    return {
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName: this.metricName(rule),
    };
  }

  private metricName(rule?: string): string {
    return ['understudy', this.props.environmentName, ...(rule === undefined ? [] : [rule])].join('-');
  }
}

/** Compared after decoding and normalizing, so that no other spelling of a path escapes. */
function pathBegins(prefix: string): wafv2.CfnWebACL.StatementProperty {
  return {
    byteMatchStatement: {
      fieldToMatch: { uriPath: {} },
      positionalConstraint: 'STARTS_WITH',
      searchString: prefix,
      textTransformations: [
        { priority: 0, type: 'URL_DECODE' },
        { priority: 1, type: 'NORMALIZE_PATH' },
      ],
    },
  };
}
