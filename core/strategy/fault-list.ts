/** Collects every fault of a document, so that one refusal names them all. */

import type { Fault } from '../errors.ts';

type Fields = Readonly<Record<string, unknown>>;

export class FaultList {
  readonly faults: Fault[] = [];

  add(field: string, value: unknown, rule: string, fix: string): void {
    this.faults.push({ field, value, rule, fix });
  }

  object(field: string, value: unknown, known: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.add(field, value, 'must be an object', `write {...} with ${known.join(', ')}`);
      return {};
    }
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      const path = `${field}.${name.slice(0, 64)}`;
      this.add(path, (value as Fields)[name], 'is not a field here', `use one of ${known.join(', ')}`);
    }
    return value as Fields;
  }

  /** A share in percent, in hundredths at the finest: as fine as the buckets are. */
  share(field: string, value: unknown): number {
    const isShare = typeof value === 'number' && value >= 0 && value <= 100;
    if (isShare && Math.abs(value * 100 - Math.round(value * 100)) < 1e-6) return value;
    const rule = 'must be a number from 0 to 100 with two decimals at most';
    this.add(field, value, rule, 'give a percentage such as 5');
    return 0;
  }
}
