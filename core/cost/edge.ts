/** The edge and the way out of the tasks: what costs by the hour, and what one request adds. Money is USD a month. */

import { estimateEdgeRules } from './edge-rules.ts';
import { pricer } from './template.ts';
import type { CostResource, CostTemplate, Estimate, LineItem, PriceFile } from './types.ts';
import { USAGE } from './usage.ts';

export interface EdgeCostInput {
  /** The synthesized Network and Edge stacks. */
  readonly templates: readonly CostTemplate[];
  readonly prices: PriceFile;
  /** Capacity units that the balancer in use is charged for. @default USAGE.balancerUnits */
  readonly units?: number;
  /** @default 0: the reader's to know */
  readonly requestsPerMonth?: number;
}

const ELB = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/**
 * Balancers, NAT gateways, addresses, rules and names. Data that leaves AWS or passes a NAT gateway, logs kept, and what
 * a page is asked depend on the traffic and are left to the reader.
 */
export function estimateEdge({ templates, prices, units, requestsPerMonth }: EdgeCostInput): Estimate {
  const resources = templates.flatMap((template) => Object.values(template.Resources));
  const price = pricer(prices);
  const ofType = (type: string): readonly CostResource[] => resources.filter(({ Type }) => Type === type);
  const hours = USAGE.hoursPerMonth;
  const balancers = ofType(ELB).length;
  const gateways = ofType('AWS::EC2::NatGateway').length;
  const accelerators = ofType('AWS::GlobalAccelerator::Accelerator').length;
  const used = balancers === 0 ? 0 : (units ?? USAGE.balancerUnits);
  const addresses = publicAddresses(resources);
  const zones = ofType('AWS::Route53::HostedZone').length;
  const items: LineItem[] = [
    price('balancerHour', 'Balancers', balancers * hours, `${balancers} for ${hours} hours each`),
    price('balancerUnitHour', 'Capacity units', used * hours, `${used} of the balancer in use`),
    price('natGatewayHour', 'NAT gateways', gateways * hours, `${gateways}, one a zone`),
    price(
      'publicAddressHour',
      'Public addresses',
      addresses * hours,
      `${addresses} of balancers and gateways`,
    ),
    price(
      'acceleratorHour',
      'Accelerators',
      accelerators * hours,
      `${accelerators} with two fixed addresses`,
    ),
    price('route53ZoneMonth', 'Hosted zones', zones, `${zones} made here`),
    ...templates.flatMap((template) => {
      return estimateEdgeRules({ template, prices, requestsPerMonth: requestsPerMonth ?? 0 }).items;
    }),
  ].filter(({ quantity }) => quantity > 0);
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

/** One a zone of each balancer that the internet reaches, and those of the gateways. */
function publicAddresses(resources: readonly CostResource[]): number {
  const nodes = resources
    .filter(({ Type, Properties }) => Type === ELB && Properties?.['Scheme'] === 'internet-facing')
    .map(({ Properties }) => Properties?.['Subnets'] as readonly unknown[])
    .reduce((sum, subnets) => sum + subnets.length, 0);
  return nodes + resources.filter(({ Type }) => Type === 'AWS::EC2::EIP').length;
}
