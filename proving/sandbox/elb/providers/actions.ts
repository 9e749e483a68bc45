/** Actions and conditions of listeners and rules, as templates write them. */

import { type Properties } from '../../kernel/index.ts';
import type { Action, Condition, WeightedGroup } from '../model.ts';
import type { Registry } from '../registry.ts';

const WEIGHT_MAX = 999;
const PAGE_BYTES_MAX = 1_024;
const REDIRECT_STATUS = { HTTP_301: 301, HTTP_302: 302 } as const;

/**
 * The one action of a list. AWS allows authentication before it, which the sandbox does not do.
 * @throws AwsError `ValidationException`, `TargetGroupNotFound`
 */
export function readAction(properties: Properties, field: string, registry: Registry): Action {
  const [action, ...others] = properties.objects(field);
  if (action === undefined) throw properties.fault(field, 'needs an action');
  if (others.length > 0) throw properties.fault(field, 'the sandbox does one action alone');
  action.only(['FixedResponseConfig', 'ForwardConfig', 'Order', 'RedirectConfig', 'TargetGroupArn', 'Type']);
  const type = action.oneOf('Type', ['forward', 'redirect', 'fixed-response']);
  if (type === 'redirect') return readRedirect(action);
  if (type === 'fixed-response') return readFixedResponse(action);
  if (type === undefined) throw action.fault('Type', 'is required');
  return { kind: 'forward', groups: readGroups(action, registry) };
}

function readGroups(action: Properties, registry: Registry): readonly WeightedGroup[] {
  const forward = action.object('ForwardConfig');
  forward?.only(['TargetGroups', 'TargetGroupStickinessConfig']);
  if (forward?.object('TargetGroupStickinessConfig')?.boolean('Enabled')) {
    throw forward.fault('TargetGroupStickinessConfig', 'the sandbox does no stickiness');
  }
  const listed = (forward?.objects('TargetGroups') ?? []).map((group) => ({
    targetGroupArn: group.requiredText('TargetGroupArn'),
    weight: group.integer('Weight', { min: 0, max: WEIGHT_MAX }) ?? 1,
  }));
  const groups =
    listed.length > 0 ? listed : [{ targetGroupArn: action.requiredText('TargetGroupArn'), weight: 1 }];
  for (const { targetGroupArn } of groups) registry.group(targetGroupArn);
  return groups;
}

function readRedirect(action: Properties): Action {
  const config = action.object('RedirectConfig');
  if (config === undefined) throw action.fault('RedirectConfig', 'is required');
  config.only(['Host', 'Path', 'Port', 'Protocol', 'Query', 'StatusCode']);
  const status = config.oneOf('StatusCode', ['HTTP_301', 'HTTP_302']);
  if (status === undefined) throw config.fault('StatusCode', 'is required');
  return {
    kind: 'redirect',
    status: REDIRECT_STATUS[status],
    protocol: config.oneOf('Protocol', ['HTTP', 'HTTPS', '#{protocol}']) ?? '#{protocol}',
    host: config.text('Host') ?? '#{host}',
    port: config.text('Port') ?? '#{port}',
    path: config.text('Path') ?? '/#{path}',
    query: config.text('Query') ?? '#{query}',
  };
}

function readFixedResponse(action: Properties): Action {
  const config = action.object('FixedResponseConfig');
  if (config === undefined) throw action.fault('FixedResponseConfig', 'is required');
  config.only(['ContentType', 'MessageBody', 'StatusCode']);
  const status = config.integer('StatusCode', { min: 200, max: 599 });
  if (status === undefined || (status >= 300 && status < 400)) {
    throw config.fault('StatusCode', 'must be a code of 2xx, 4xx or 5xx');
  }
  const body = config.text('MessageBody') ?? '';
  if (Buffer.byteLength(body) > PAGE_BYTES_MAX) {
    throw config.fault('MessageBody', `must be at most ${PAGE_BYTES_MAX} bytes`);
  }
  return { kind: 'fixed-response', status, contentType: config.text('ContentType') ?? 'text/plain', body };
}

const FIELDS = ['path-pattern', 'host-header', 'http-request-method', 'http-header'] as const;
const CONFIGS = {
  'path-pattern': 'PathPatternConfig',
  'host-header': 'HostHeaderConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'http-header': 'HttpHeaderConfig',
} as const;

/** @throws AwsError `ValidationException` */
export function readConditions(properties: Properties): readonly Condition[] {
  const conditions = properties.objects('Conditions').map(readCondition);
  if (conditions.length === 0) throw properties.fault('Conditions', 'needs a condition');
  return conditions;
}

function readCondition(condition: Properties): Condition {
  condition.only(['Field', 'Values', ...Object.values(CONFIGS)]);
  const field = condition.oneOf('Field', FIELDS);
  if (field === undefined) throw condition.fault('Field', 'is required');
  const config = condition.object(CONFIGS[field]);
  const values = (config ?? condition).list('Values').map(String);
  if (values.length === 0) throw condition.fault('Values', 'needs a value');
  if (field !== 'http-header') return { field, values };
  if (config === undefined) throw condition.fault('HttpHeaderConfig', 'is required');
  return { field, header: config.requiredText('HttpHeaderName').toLowerCase(), values };
}
