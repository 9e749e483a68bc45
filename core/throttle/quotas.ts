/** Reads the quotas of a resource from what a person wrote, and checks them as a whole. */

import { parseDocument } from '../document.ts';
import type { Fault } from '../errors.ts';
import { CRITICALITIES, CRITICALITY_DEFAULT, criticalityOf, type Criticality } from '../shedding/index.ts';
import { PER_SECOND_MAX } from './rate.ts';
import type { CallerQuota, ResourceQuotas } from './quotas-types.ts';

/** Callers that one document names at most: it must fit into a standard parameter of 4 KB. */
export const NAMED_CALLERS_MAX = 50;
export const BURST_S_DEFAULT = 1;
const BURST_S_MAX = 60;
const WEIGHT_MAX = 1000;
const RESOURCE_NAME = /^[a-z][a-z0-9-]{1,31}$/;
const EXAMPLE = '{"capacityPerS": 100, "callers": {...}, "others": {...}}';
const CALLER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,63}$/;

/** What a caller has that nobody wrote anything about. */
export const CALLER_QUOTA_DEFAULT: CallerQuota = {
  floorPerS: 0,
  limitPerS: null,
  weight: 1,
  criticality: CRITICALITY_DEFAULT,
};

export interface QuotasPlace {
  /** Path of the document as the user wrote it, for messages. */
  readonly field: string;
  readonly resource: string;
  readonly application: string;
}

export interface ReadQuotas {
  /** With every default applied. Of use only when there is no fault. */
  readonly quotas: ResourceQuotas;
  /** Every fault; none when the quotas can be used. */
  readonly faults: readonly Fault[];
}

type Fields = Readonly<Record<string, unknown>>;

/** @param document what was written, of any type */
export function readQuotas({ field, resource, application }: QuotasPlace, document: unknown): ReadQuotas {
  const reader = new Reader();
  const fields = reader.object(field, document, ['capacityPerS', 'burstS', 'callers', 'others']);
  if (!RESOURCE_NAME.test(resource)) {
    const rule = 'must be 2 to 32 lower-case letters, digits and dashes, beginning with a letter';
    reader.fault(field, resource, rule, "use a name such as 'quotes'");
  }
  const capacityPerS = reader.number(`${field}.capacityPerS`, fields['capacityPerS'], {
    above: 0,
    max: PER_SECOND_MAX,
    fix: 'give the requests a second that all instances together bear',
  });
  const burstS = reader.number(`${field}.burstS`, fields['burstS'] ?? BURST_S_DEFAULT, {
    above: 0,
    max: BURST_S_MAX,
    fix: `leave it out for ${BURST_S_DEFAULT}`,
  });
  const callers = readCallers(reader, `${field}.callers`, fields['callers'] ?? {});
  const others = reader.caller(`${field}.others`, fields['others'] ?? {}, false);
  const floors = Object.values(callers).reduce((sum, { floorPerS }) => sum + floorPerS, 0);
  if (floors > capacityPerS) {
    const rule = `the floors of all callers add up to ${floors}, above the capacity of ${capacityPerS} a second`;
    reader.fault(`${field}.callers`, floors, rule, 'lower floors, or raise capacityPerS');
  }
  return {
    quotas: { resource, application, capacityPerS, burstS, callers, others },
    faults: reader.faults,
  };
}

/** The quotas of a parameter's text. A text that is no JSON, or too long to be one, is one fault. */
export function parseQuotas(place: QuotasPlace, text: string): ReadQuotas {
  const parsed = parseDocument({ field: place.field, example: EXAMPLE }, text);
  if (parsed.fault === null) return readQuotas(place, parsed.document);
  return { quotas: readQuotas(place, {}).quotas, faults: [parsed.fault] };
}

/** The terms of one caller. */
export function quotaOf({ callers, others }: ResourceQuotas, caller: string): CallerQuota {
  return Object.hasOwn(callers, caller) ? callers[caller]! : others;
}

function readCallers(reader: Reader, field: string, value: unknown): Readonly<Record<string, CallerQuota>> {
  const entries = Object.entries(reader.object(field, value, null));
  if (entries.length > NAMED_CALLERS_MAX) {
    const rule = `names more than ${NAMED_CALLERS_MAX} callers, which fit into no parameter`;
    reader.fault(field, entries.length, rule, 'name those with terms of their own; the rest are others');
  }
  for (const [name] of entries) {
    if (CALLER_NAME.test(name)) continue;
    const rule = 'must be 1 to 64 letters, digits and . _ @ : -, beginning with a letter or digit';
    reader.fault(`${field}.${name.slice(0, 64)}`, name.slice(0, 64), rule, 'use the name in its token');
  }
  return Object.fromEntries(
    entries.map(([name, terms]) => [name, reader.caller(`${field}.${name}`, terms, true)]),
  );
}

class Reader {
  readonly faults: Fault[] = [];

  fault(field: string, value: unknown, rule: string, fix: string): void {
    this.faults.push({ field, value, rule, fix });
  }

  object(field: string, value: unknown, known: readonly string[] | null): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(field, value, 'must be an object', 'write { ... }');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (known === null || known.includes(name)) continue;
      const fix = `use one of ${known.join(', ')}`;
      this.fault(`${field}.${name}`, (value as Fields)[name], 'is not a field of quotas', fix);
    }
    return value as Fields;
  }

  number(
    field: string,
    value: unknown,
    { above, max, fix }: { readonly above: number; readonly max: number; readonly fix: string },
  ): number {
    if (typeof value === 'number' && value > above && value <= max) return value;
    this.fault(field, value, `must be a number above ${above} and at most ${max}`, fix);
    return max;
  }

  caller(field: string, value: unknown, mayHaveFloor: boolean): CallerQuota {
    const { floorPerS, limitPerS, weight, criticality } = CALLER_QUOTA_DEFAULT;
    const known = [...(mayHaveFloor ? ['floorPerS'] : []), 'limitPerS', 'weight', 'criticality'];
    const fields = this.object(field, value, known);
    const limit = fields['limitPerS'] ?? limitPerS;
    const terms = {
      floorPerS: mayHaveFloor ? this.floor(`${field}.floorPerS`, fields['floorPerS'] ?? floorPerS) : 0,
      limitPerS:
        limit === null
          ? null
          : this.number(`${field}.limitPerS`, limit, {
              above: 0,
              max: PER_SECOND_MAX,
              fix: 'leave it out for none',
            }),
      weight: this.number(`${field}.weight`, fields['weight'] ?? weight, {
        above: 0,
        max: WEIGHT_MAX,
        fix: '1',
      }),
      criticality: this.criticality(`${field}.criticality`, fields['criticality'] ?? criticality),
    };
    if (terms.limitPerS !== null && terms.floorPerS > terms.limitPerS) {
      const rule = `is above its own limit of ${terms.limitPerS} a second`;
      this.fault(`${field}.floorPerS`, terms.floorPerS, rule, 'lower it, or raise limitPerS');
    }
    return terms;
  }

  private floor(field: string, value: unknown): number {
    if (typeof value === 'number' && value >= 0 && value <= PER_SECOND_MAX) return value;
    this.fault(field, value, `must be a number from 0 to ${PER_SECOND_MAX}`, 'leave it out for 0');
    return 0;
  }

  private criticality(field: string, value: unknown): Criticality {
    const found = typeof value === 'string' ? criticalityOf(value) : null;
    if (found !== null) return found;
    this.fault(field, value, 'is no class', `use one of ${CRITICALITIES.join(', ')}`);
    return CRITICALITY_DEFAULT;
  }
}
