/** How the fields of an edge must fit together, where Route 53, ACM or CloudFront would refuse them later. */

import type { Fault } from '../errors.ts';
import type { NormalizedEdge } from './normalized.ts';

/** What RFC 5280 allows a certificate's common name, and so ACM its first domain. */
const CERTIFICATE_DOMAIN_LENGTH_MAX = 64;
/** The one Region whose certificates CloudFront takes. */
export const CLOUDFRONT_REGION = 'us-east-1';

export function edgeFaults(path: string, edge: NormalizedEdge, region: string): readonly Fault[] {
  return [
    ...zoneFaults(path, edge),
    ...certificateFaults(path, edge, region),
    ...privateFaults(path, edge),
    ...secondaryFaults(path, edge, region),
  ];
}

/** The zone that `create` makes: the domain's parent. */
export function parentOf(domain: string): string {
  return domain.slice(domain.indexOf('.') + 1);
}

/** True where records of that name can stand in the zone. */
export function owns(zoneName: string, domain: string): boolean {
  return domain === zoneName || domain.endsWith(`.${zoneName}`);
}

function zoneFaults(path: string, { domain, zone }: NormalizedEdge): readonly Fault[] {
  if (zone !== 'create') {
    if (owns(zone.name, domain)) return [];
    const rule = `does not own the name ${domain}`;
    const fix = `name the zone of ${parentOf(domain)}, or a domain that ends with .${zone.name}`;
    return [{ field: `${path}.zone.name`, value: zone.name, rule, fix }];
  }
  if (parentOf(domain).includes('.')) return [];
  const rule = `would need a zone '${parentOf(domain)}', which is a registry's: 'create' makes one of the domain's parent`;
  const fix = `use a name below ${domain}, such as 'www.${domain}', or attach the zone of ${domain} by tiers.edge.zone`;
  return [{ field: `${path}.domain`, value: domain, rule, fix }];
}

function certificateFaults(path: string, edge: NormalizedEdge, region: string): readonly Fault[] {
  const { domain, certificateArn } = edge;
  const field = `${path}.certificateArn`;
  if (certificateArn === null) {
    if (edge.private) {
      const rule = 'is required with private: ACM validates no name by a record that only the VPC sees';
      const fix = 'name a certificate of a private CA, or one validated elsewhere';
      return [{ field, value: undefined, rule, fix }];
    }
    if (domain.length <= CERTIFICATE_DOMAIN_LENGTH_MAX) return [];
    const rule = `must be at most ${CERTIFICATE_DOMAIN_LENGTH_MAX} characters for a certificate of ACM`;
    return [{ field: `${path}.domain`, value: domain, rule, fix: 'use a shorter name' }];
  }
  if (region === '' || certificateArn.split(':')[3] === region) return [];
  const rule = `must be a certificate of the region ${region}: a balancer takes no other`;
  return [{ field, value: certificateArn, rule, fix: `ask for one in ${region}, or leave it out` }];
}

function privateFaults(path: string, edge: NormalizedEdge): readonly Fault[] {
  if (!edge.private) return [];
  const faults: Fault[] = [];
  if (edge.entry === 'static-ip') {
    const rule = "contradicts private: the addresses of 'static-ip' are the internet's";
    faults.push({ field: `${path}.entry`, value: edge.entry, rule, fix: 'leave out one of the two' });
  }
  if (edge.healthSignal === 'endpoint') {
    const rule = "contradicts private: Route 53's checkers stand outside the VPC";
    faults.push({ field: `${path}.healthSignal`, value: edge.healthSignal, rule, fix: "use 'metric'" });
  }
  if (edge.secondary === 'static-page') {
    const rule = 'contradicts private: a private zone holds no alias of CloudFront';
    faults.push({ field: `${path}.secondary`, value: edge.secondary, rule, fix: "use 'edge' or 'none'" });
  }
  return faults;
}

function secondaryFaults(path: string, edge: NormalizedEdge, region: string): readonly Fault[] {
  if (edge.private || edge.secondary !== 'static-page') return [];
  if (region === '' || region === CLOUDFRONT_REGION) return [];
  const rule = `needs a certificate in ${CLOUDFRONT_REGION}, which a stack of ${region} cannot ask for`;
  const fix = `use 'edge' or 'none', or make the page and a FailoverEndpoint of your own in ${CLOUDFRONT_REGION}`;
  return [{ field: `${path}.secondary`, value: edge.secondary, rule, fix }];
}
