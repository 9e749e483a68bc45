/** Checks the VPC that an environment attaches to. */

import type { Fault } from '../errors.ts';
import { resourceId } from './names.ts';
import { listAt, objectAt, onlyKnown, requiredTextAt } from './reading.ts';
import type { ExistingVpc } from './types.ts';

const PATH = 'existing.vpc';
const FIELDS = ['vpcId', 'isolatedSubnetIds', 'routeTableIds', 'privateSubnetIds', 'publicSubnetIds'];

export interface VpcContext {
  readonly zones: readonly string[];
  /** True where tasks stand in the VPC: they need a way out. */
  readonly hasTasks: boolean;
  /** True where balancers stand in it that the internet reaches. */
  readonly hasPublicEdge: boolean;
}

export function readVpc(faults: Fault[], value: unknown, context: VpcContext): ExistingVpc {
  const fields = objectAt(faults, PATH, value) ?? {};
  onlyKnown(faults, PATH, fields, FIELDS);
  const zones = context.zones.length;
  const subnets = (name: string, fix: string): readonly string[] => {
    const field = `${PATH}.${name}`;
    if (fields[name] === undefined) {
      faults.push({ field, value: undefined, rule: 'is required', fix });
      return [];
    }
    const ids = readIds(faults, field, fields[name], 'subnet');
    if (ids.length !== zones) {
      const rule = `must name one subnet for each of the ${zones} zones, in their order`;
      faults.push({ field, value: fields[name], rule, fix });
    }
    return ids;
  };
  const optional = (name: string, needed: boolean, fix: string): object =>
    needed || fields[name] !== undefined ? { [name]: subnets(name, fix) } : {};
  return {
    vpcId: requiredTextAt(faults, `${PATH}.vpcId`, fields['vpcId'], resourceId('vpc')) ?? '',
    isolatedSubnetIds: subnets('isolatedSubnetIds', 'name the isolated subnet of each zone'),
    routeTableIds: readRouteTables(faults, fields['routeTableIds'], zones),
    ...optional(
      'privateSubnetIds',
      context.hasTasks,
      'name the subnet of each zone whose way out is a NAT gateway, for the tasks of tiers.web and tiers.service',
    ),
    ...optional(
      'publicSubnetIds',
      context.hasPublicEdge,
      'name the subnet of each zone with a route to the internet gateway, for the balancers of tiers.edge',
    ),
  };
}

function readRouteTables(faults: Fault[], value: unknown, zones: number): readonly string[] {
  const field = `${PATH}.routeTableIds`;
  const ids = readIds(faults, field, value, 'rtb');
  if (ids.length > 0 && ids.length !== zones) {
    faults.push({
      field,
      value,
      rule: 'must name the route table of each subnet, in their order, or nothing',
      fix: 'write [] when the VPC has a DynamoDB gateway endpoint already',
    });
  }
  return ids;
}

function readIds(faults: Fault[], field: string, value: unknown, prefix: string): readonly string[] {
  const listed = listAt(faults, field, value) ?? [];
  return listed.flatMap((entry, index) => {
    const id = requiredTextAt(faults, `${field}[${index}]`, entry, resourceId(prefix));
    return id === null ? [] : [id];
  });
}
