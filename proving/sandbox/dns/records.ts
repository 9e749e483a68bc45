/** The names in AWS's own zones, kept in memory: what the engines and the balancers set. */

import type { DnsRecord, Names } from '../kernel/index.ts';

export class Records implements Names {
  readonly zones: string[];
  private readonly byName = new Map<string, DnsRecord>();
  /** How many names with records lie below each ancestor. */
  private readonly below = new Map<string, number>();

  constructor(zones: readonly string[]) {
    this.zones = [...zones];
  }

  set(name: string, record: DnsRecord): void {
    const key = name.toLowerCase();
    if (!this.byName.has(key)) this.count(key, 1);
    this.byName.set(key, record);
  }

  remove(name: string): void {
    const key = name.toLowerCase();
    if (this.byName.delete(key)) this.count(key, -1);
  }

  get(name: string): DnsRecord | undefined {
    return this.byName.get(name.toLowerCase());
  }

  record(name: string): DnsRecord | undefined {
    return this.byName.get(name);
  }

  hasNamesBelow(name: string): boolean {
    return (this.below.get(name) ?? 0) > 0;
  }

  private count(name: string, change: 1 | -1): void {
    const labels = name.split('.');
    for (let at = 1; at < labels.length; at++) {
      const ancestor = labels.slice(at).join('.');
      this.below.set(ancestor, (this.below.get(ancestor) ?? 0) + change);
    }
  }
}
