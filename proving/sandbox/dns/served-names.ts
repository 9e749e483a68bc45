/**
 * All that the name servers answer for: the names of AWS's own zones, which the engines set, and the hosted zones of
 * the account. Times to live are managed times: as documented at AWS's pace, a tenth at the fast one.
 */

import {
  type HostedRecordSet,
  type HostedType,
  HOSTED_TYPES,
  type HostedView,
  hostedAnswer,
  plainName,
  type RecordSet,
  type ZoneView,
  zoneOf,
} from '../../twin/dns/index.ts';
import type { World } from '../kernel/index.ts';
import type { HostedZone } from './hosted-zone.ts';
import type { HostedZones } from './hosted-zones.ts';
import type { Records } from './records.ts';

export interface ServedPorts {
  readonly records: Records;
  readonly hosted: HostedZones;
  isCheckHealthy(healthCheckId: string): boolean;
  isBalancerHealthy(dnsName: string): boolean | null;
}

export class ServedNames implements ZoneView {
  readonly #world: World;
  readonly #ports: ServedPorts;

  constructor(world: World, ports: ServedPorts) {
    this.#world = world;
    this.#ports = ports;
  }

  get zones(): readonly string[] {
    return [...this.#ports.records.zones, ...this.#ports.hosted.all().map(({ name }) => name)];
  }

  record(name: string, type: string): RecordSet | undefined {
    const zone = this.#zoneHolding(name);
    if (zone === undefined) return this.#ports.records.record(ofBalancer(name));
    const known = HOSTED_TYPES.find((one): one is HostedType => one === type) ?? 'CNAME';
    const owner = ownerOf(zone, name);
    const set = hostedAnswer(this.#viewOf(zone), { name: owner, type: known }, Math.random);
    return (
      set && { ...set, ttlS: this.#ttl(set.ttlS), values: set.values.map((value) => bare(set.type, value)) }
    );
  }

  exists(name: string): boolean {
    const zone = this.#zoneHolding(name);
    if (zone === undefined) return this.#ports.records.record(ofBalancer(name)) !== undefined;
    const owner = ownerOf(zone, name);
    return [...zone.served.values()].some((record) => record.name === owner);
  }

  hasNamesBelow(name: string): boolean {
    const zone = this.#zoneHolding(name);
    if (zone === undefined) return this.#ports.records.hasNamesBelow(name);
    return [...zone.served.values()].some((record) => record.name.endsWith(`.${name}`));
  }

  /** The hosted zone whose own the name is, a private one first: what asks here is inside the VPC. */
  #zoneHolding(name: string): HostedZone | undefined {
    const { records, hosted } = this.#ports;
    const longest = zoneOf(this.zones, name);
    if (longest === null || records.record(name) !== undefined) return undefined;
    const same = hosted.all().filter((zone) => zone.name === longest);
    return same.find(({ isPrivate }) => isPrivate) ?? same[0];
  }

  #viewOf(zone: HostedZone): HostedView {
    const { isCheckHealthy, isBalancerHealthy } = this.#ports;
    return {
      records: (name, type) => recordsOf(zone, name, type),
      isCheckHealthy: (id) => isCheckHealthy(id),
      isBalancerHealthy: (dnsName) => isBalancerHealthy(ofBalancer(dnsName)),
      outside: (dnsName, type) => {
        const set = this.#ports.records.record(ofBalancer(dnsName));
        return set?.type === type ? set : undefined;
      },
    };
  }

  #ttl(documentedS: number): number {
    return Math.max(1, Math.round(this.#world.managed(documentedS * 1_000) / 1_000));
  }
}

/** Every balancer answers to its name with `dualstack.` before it too: the form in which aliases are written. */
function ofBalancer(dnsName: string): string {
  return dnsName.replace(/^dualstack\./, '');
}

function recordsOf(zone: HostedZone, name: string, type: HostedType): readonly HostedRecordSet[] {
  return [...zone.served.values()].filter((record) => record.name === name && record.type === type);
}

/** The name itself where it has records, else the wildcard above it that has (RFC 4592). */
function ownerOf(zone: HostedZone, name: string): string {
  const names = new Set([...zone.served.values()].map((record) => record.name));
  const labels = name.split('.');
  const depth = labels.length - zone.name.split('.').length;
  const candidates = Array.from(
    { length: Math.max(0, depth) },
    (_, at) => `*.${labels.slice(at + 1).join('.')}`,
  );
  return names.has(name) ? name : (candidates.find((one) => names.has(one)) ?? name);
}

/** A value as it goes onto the wire: names without the trailing dot, text without its quotes. */
function bare(type: RecordSet['type'], value: string): string {
  if (type === 'CNAME' || type === 'NS') return plainName(value);
  return type === 'TXT' ? value.replaceAll(/^"|"$/g, '') : value;
}
