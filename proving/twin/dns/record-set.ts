/** A record set of a hosted zone, in Route 53's words. */

/** The types that are answered here. */
export const HOSTED_TYPES = ['A', 'AAAA', 'CNAME', 'TXT', 'NS', 'SOA'] as const;
export type HostedType = (typeof HOSTED_TYPES)[number];

export type Routing =
  | { readonly kind: 'simple' }
  /** 0 to 255: the share of all weights of this name and type. */
  | { readonly kind: 'weighted'; readonly weight: number }
  | { readonly kind: 'failover'; readonly role: 'PRIMARY' | 'SECONDARY' }
  | { readonly kind: 'multivalue' };

export interface Alias {
  /** Lower case, without a trailing dot. */
  readonly dnsName: string;
  /** The zone of the target: the balancer's own, or this one. */
  readonly hostedZoneId: string;
  readonly evaluateTargetHealth: boolean;
}

export interface HostedRecordSet {
  /** Lower case, without a trailing dot. */
  readonly name: string;
  readonly type: HostedType;
  readonly routing: Routing;
  /** Tells record sets of the same name and type apart; null for simple routing. */
  readonly setIdentifier: string | null;
  /** Null for an alias, whose target says it. */
  readonly ttlS: number | null;
  /** As Route 53 writes them: a TXT value is in quotes. Empty for an alias. */
  readonly values: readonly string[];
  readonly alias: Alias | null;
  readonly healthCheckId: string | null;
}

/** Two record sets with the same key cannot be in a zone. */
export function recordKey({
  name,
  type,
  setIdentifier,
}: Pick<HostedRecordSet, 'name' | 'type' | 'setIdentifier'>): string {
  return JSON.stringify([name, type, setIdentifier]);
}

/** Lower case, without the trailing dot, with the escape of `*` undone. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '').replaceAll('\\052', '*');
}
