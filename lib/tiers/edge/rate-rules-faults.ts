/** Checks the properties of `EdgeRateRules`: whatever WAF would refuse at deployment is refused at synthesis. */

import { isIPv4, isIPv6 } from 'node:net';
import { Token, type Duration } from 'aws-cdk-lib';
import type { Fault } from '../../../core/errors.ts';
import { integerAt } from '../../../core/profile/reading.ts';
import {
  LIMIT_MAX,
  LIMIT_MIN,
  WINDOWS_S,
  addressLimitFaults,
  mostOfOneCaller,
} from '../../../core/throttle/index.ts';
import {
  ADDRESS_RULE,
  CALLERS_PER_ADDRESS_DEFAULT,
  FALLBACK_DEFAULT,
  HEADER_NAME_DEFAULT,
  WINDOW_S_DEFAULT,
  type EdgeRateRule,
  type EdgeRateRulesProps,
} from './rate-rules-props.ts';

/** WAF's quotas: rate-based rules of a web ACL, addresses of an IP set. */
const RULES_MAX = 10;
const ADDRESSES_MAX = 10_000;
const CALLERS_PER_ADDRESS_MAX = 10_000;
const RETRY_AFTER_S_MAX = 3600;
const METRIC_PART = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const HEADER_NAME = /^[A-Za-z0-9-]{1,255}$/;
/** As it is after decoding and normalizing, because WAF compares that. */
const PATH_PREFIX = /^(?!.*(\/\/|\/\.{1,2}(\/|$)))\/[A-Za-z0-9._~!$&'()*+,;=:@/-]{0,199}$/;
const IP_SET_ARN = /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/ipset\/[^/]+\/[^/]+$/;

export function rateRulesFaults(props: EdgeRateRulesProps): readonly Fault[] {
  const windowS = secondsOf(props.window) ?? WINDOW_S_DEFAULT;
  return [
    ...faultUnless(METRIC_PART.test(props.environmentName), {
      field: 'environmentName',
      value: props.environmentName,
      rule: 'must be 1 to 32 letters, digits, dashes and underscores, as it is part of a metric',
      fix: "use the environment's name, such as 'demo'",
    }),
    ...windowFaults(props.window),
    ...retryAfterFaults(props.retryAfter),
    ...faultUnless(['act', 'observe', undefined].includes(props.mode), {
      field: 'mode',
      value: props.mode,
      rule: 'must be act or observe',
      fix: "'observe' counts, 'act' refuses; leave the construct out for neither",
    }),
    ...forwardedFaults(props.forwarded),
    ...allowedFaults(props),
    ...countFaults(props),
    ...perAddressFaults(props.requestsPerAddress),
    ...props.rules.flatMap((rule, index) => ruleFaults(`rules[${index}]`, rule, windowS)),
  ];
}

function ruleFaults(field: string, rule: EdgeRateRule, windowS: number): readonly Fault[] {
  const { quotas, pathPrefix } = rule;
  const perSecond = rule.callerPerS ?? mostOfOneCaller(quotas);
  const callersPerAddress = rule.callersPerAddress ?? CALLERS_PER_ADDRESS_DEFAULT;
  const faults = [
    ...faultUnless(Number.isFinite(perSecond) && perSecond > 0, {
      field: `${field}.callerPerS`,
      value: rule.callerPerS,
      rule: 'must be a number above 0 that is known at synthesis',
      fix: 'leave it out for what the quotas allow one caller',
    }),
    ...faultUnless(
      Number.isInteger(callersPerAddress) &&
        callersPerAddress >= 1 &&
        callersPerAddress <= CALLERS_PER_ADDRESS_MAX,
      {
        field: `${field}.callersPerAddress`,
        value: rule.callersPerAddress,
        rule: `must be a whole number from 1 to ${CALLERS_PER_ADDRESS_MAX}`,
        fix: `leave it out for ${CALLERS_PER_ADDRESS_DEFAULT}`,
      },
    ),
    ...faultUnless(pathPrefix === undefined || PATH_PREFIX.test(pathPrefix), {
      field: `${field}.pathPrefix`,
      value: pathPrefix,
      rule: 'must begin with / and be a decoded, normalized path of at most 200 characters, without a query',
      fix: "write the path as the application sees it, such as '/quotes'",
    }),
  ];
  if (faults.length > 0) return faults;
  return addressLimitFaults(field, { quotas, perSecond, callersPerAddress, windowS });
}

function perAddressFaults(value: number | undefined): readonly Fault[] {
  const faults: Fault[] = [];
  const fix = 'leave it out to limit the resources alone';
  integerAt(faults, 'requestsPerAddress', value, { min: LIMIT_MIN, max: LIMIT_MAX, fix });
  return faults;
}

function countFaults({ rules, requestsPerAddress }: EdgeRateRulesProps): readonly Fault[] {
  const plain = requestsPerAddress === undefined ? [] : [ADDRESS_RULE];
  const names = [...rules.map(({ quotas }) => quotas.resource), ...plain];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...faultUnless(names.length >= 1 && names.length <= RULES_MAX, {
      field: 'rules',
      value: names.length,
      rule: `must be 1 to ${RULES_MAX} rules: a web ACL holds no more that limit a rate`,
      fix: 'name at least one resource; give several of one path a rule in common',
    }),
    ...faultUnless(twice.length === 0, {
      field: 'rules',
      value: twice,
      rule: 'must name each resource once, because a rule bears its name',
      fix: 'merge the rules of one resource',
    }),
  ];
}

function windowFaults(window: Duration | undefined): readonly Fault[] {
  if (window === undefined) return [];
  const seconds = secondsOf(window);
  return faultUnless(seconds !== null && WINDOWS_S.includes(seconds), {
    field: 'window',
    value: seconds ?? 'known at deployment only',
    rule: `must be one of ${WINDOWS_S.join(', ')} seconds: WAF looks back no other time`,
    fix: `leave it out for ${WINDOW_S_DEFAULT} seconds`,
  });
}

function retryAfterFaults(retryAfter: Duration | undefined): readonly Fault[] {
  if (retryAfter === undefined) return [];
  const seconds = secondsOf(retryAfter);
  return faultUnless(seconds !== null && seconds >= 1 && seconds <= RETRY_AFTER_S_MAX, {
    field: 'retryAfter',
    value: seconds ?? 'known at deployment only, or no whole seconds',
    rule: `must be 1 to ${RETRY_AFTER_S_MAX} whole seconds`,
    fix: 'leave it out for the window',
  });
}

function forwardedFaults(forwarded: EdgeRateRulesProps['forwarded']): readonly Fault[] {
  if (forwarded === undefined) return [];
  const { headerName = HEADER_NAME_DEFAULT, fallback = FALLBACK_DEFAULT } = forwarded;
  return [
    ...faultUnless(HEADER_NAME.test(headerName), {
      field: 'forwarded.headerName',
      value: headerName,
      rule: 'must be 1 to 255 letters, digits and dashes',
      fix: `leave it out for ${HEADER_NAME_DEFAULT}`,
    }),
    ...faultUnless(['MATCH', 'NO_MATCH'].includes(fallback), {
      field: 'forwarded.fallback',
      value: fallback,
      rule: 'must be MATCH or NO_MATCH',
      fix: `leave it out for ${FALLBACK_DEFAULT}, which refuses what has no valid address`,
    }),
  ];
}

function allowedFaults({ allowed = [], allowedIpSetArns = [] }: EdgeRateRulesProps): readonly Fault[] {
  const blocks = allowed.map((block, index) => ({
    field: `allowed[${index}]`,
    value: block,
    rule: 'must be a block of IPv4 or IPv6 addresses, and not of all of them',
    fix: "write '192.0.2.44/32' for one address, '192.0.2.0/24' for a block",
  }));
  const sets = allowedIpSetArns.map((arn, index) => ({
    field: `allowedIpSetArns[${index}]`,
    value: arn,
    rule: 'must be the ARN of a regional IP set of WAFv2',
    fix: 'copy it: arn:aws:wafv2:<region>:<account>:regional/ipset/<name>/<id>',
  }));
  return [
    ...blocks.filter(({ value }) => versionOf(value) === null),
    ...sets.filter(({ value }) => !Token.isUnresolved(value) && !IP_SET_ARN.test(value)),
    ...faultUnless(allowed.length <= ADDRESSES_MAX, {
      field: 'allowed',
      value: allowed.length,
      rule: `must be at most ${ADDRESSES_MAX} blocks: an IP set holds no more`,
      fix: 'join neighbouring blocks into larger ones',
    }),
  ];
}

/** The version of a block of addresses; null for a text that is none, or stands for every address. */
export function versionOf(block: string): 'IPV4' | 'IPV6' | null {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(block);
  if (match === null) return null;
  const bits = Number(match[2]);
  if (isIPv4(match[1]!) && bits >= 1 && bits <= 32) return 'IPV4';
  return isIPv6(match[1]!) && bits >= 1 && bits <= 128 ? 'IPV6' : null;
}

/** Null for a duration that is not known at synthesis or has no whole seconds. */
function secondsOf(duration: Duration | undefined): number | null {
  if (duration === undefined || duration.isUnresolved()) return null;
  const milliseconds = duration.toMilliseconds();
  return milliseconds % 1000 === 0 ? milliseconds / 1000 : null;
}

function faultUnless(holds: boolean, fault: Fault): readonly Fault[] {
  return holds ? [] : [fault];
}
