/** Names that AWS gives to balancers. */

import { createHash } from 'node:crypto';
import type { World } from '../kernel/index.ts';

/** The hosted zone that AWS keeps the names of a Region's balancers in (general reference, "Elastic Load Balancing endpoints"). */
const HOSTED_ZONES: Readonly<Record<string, string>> = {
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-northeast-2': 'ZWKZPGTI48KDX',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'sa-east-1': 'Z2P70J7HTTTPLU',
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
};

/** One that the table does not have gets an id of its own: only equality counts here. */
export function hostedZoneOf(region: string): string {
  const digest = createHash('sha256').update(`balancers of ${region}`).digest('hex').toUpperCase();
  return HOSTED_ZONES[region] ?? `Z${digest.slice(0, 13)}`;
}

/** `<name>-<number>.<region>.elb.amazonaws.com`; an internal balancer's begins with `internal-`. */
export function balancerDnsName(world: World, name: string, id: string, scheme: string): string {
  const number = BigInt(`0x${id.slice(0, 8)}`).toString(10);
  const prefix = scheme === 'internal' ? 'internal-' : '';
  return `${prefix}${name}-${number}.${world.region}.elb.${world.urlSuffix}`.toLowerCase();
}

/** Names of a balancer in DNS: its own, and that of clients which ask for both kinds of addresses. */
export function publishedNames(dnsName: string): readonly string[] {
  return [dnsName, `dualstack.${dnsName}`];
}
