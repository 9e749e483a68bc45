/** What is changed by a call: who is registered, and the attributes of target groups. */

import type * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, operation } from '../../kernel/index.ts';
import { readAttributes } from '../attributes.ts';
import type { TargetGroup } from '../model.ts';
import type { LoadBalancingServiceOptions } from './service.ts';
import { attributeShapes } from './shapes.ts';

const onGroup =
  (action: string) =>
  ({ TargetGroupArn: arn }: { readonly TargetGroupArn?: string | undefined }) => [
    { action: `elasticloadbalancing:${action}`, resource: arn ?? '*' },
  ];

export function changeOperations({ registry, fleets }: LoadBalancingServiceOptions) {
  return {
    RegisterTargets: operation({
      authorize: onGroup('RegisterTargets'),
      handle: ({ TargetGroupArn: arn = '', Targets: targets = [] }: elb.RegisterTargetsInput) => {
        const group = registry.group(arn);
        const read = targets.map((target) => readTarget(group, target));
        for (const target of read) fleets.book.register(arn, target);
        return {};
      },
    }),
    DeregisterTargets: operation({
      authorize: onGroup('DeregisterTargets'),
      handle: ({ TargetGroupArn: arn = '', Targets: targets = [] }: elb.DeregisterTargetsInput) => {
        const group = registry.group(arn);
        for (const { Id: address = '', Port: port } of targets) {
          void fleets.book.deregister(arn, { address, port: port ?? group.port });
        }
        return {};
      },
    }),
    ModifyTargetGroupAttributes: operation({
      authorize: onGroup('ModifyTargetGroupAttributes'),
      handle: async (input: elb.ModifyTargetGroupAttributesInput) => {
        const group = registry.group(input.TargetGroupArn ?? '');
        group.attributes = readAttributes('group', input.Attributes ?? [], group.attributes);
        await fleets.configureAll();
        return { Attributes: attributeShapes(group.attributes) };
      },
    }),
  };
}

/** @throws AwsError `ValidationError` */
function readTarget(
  group: TargetGroup,
  { Id: address = '', Port, AvailabilityZone: zone }: elb.TargetDescription,
) {
  const port = Port ?? group.port;
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) {
    throw new AwsError('ValidationError', `The IP address '${address}' is not a valid IPv4 address`);
  }
  return { address, port, az: zone === undefined || zone === 'all' ? null : zone };
}
