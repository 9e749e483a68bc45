import { InvalidInput, type Fault } from '../errors.ts';
import { THRESHOLDS } from './all.ts';
import { checkThreshold } from './parse.ts';
import { brokenRelations } from './relations.ts';
import type { ThresholdSpec } from './types.ts';

export function specsOf(tier: string): readonly ThresholdSpec[] {
  return THRESHOLDS.filter((spec) => spec.tier === tier);
}

/** The defaults of a tier, by name: a legal whole set. */
export function defaultsOf(tier: string): Readonly<Record<string, number>> {
  return Object.fromEntries(specsOf(tier).map((spec) => [spec.name, spec.default]));
}

/**
 * Every fault of the values someone gives for a tier: unknown names, illegal numbers, and values that do not
 * fit together once the defaults stand for what is not given. Empty when the values are legal.
 * @param field how the user wrote the place of the values, e.g. `thresholds.database`
 */
export function thresholdFaults(
  tier: string,
  values: Readonly<Record<string, unknown>>,
  field: string,
): readonly Fault[] {
  const specs = new Map(specsOf(tier).map((spec) => [spec.name, spec]));
  const faults: Fault[] = [];
  const whole: Record<string, number> = { ...defaultsOf(tier) };
  for (const [name, value] of Object.entries(values)) {
    const spec = specs.get(name);
    if (spec === undefined) {
      const fix = `use one of ${[...specs.keys()].join(', ') || '(this tier has none)'}`;
      faults.push({ field: `${field}.${name}`, value, rule: 'is no threshold of this tier', fix });
      continue;
    }
    const parsed = checkThreshold(spec, value);
    if (parsed.ok) whole[name] = parsed.value;
    else faults.push({ field: `${field}.${name}`, value, rule: parsed.rule, fix: fixOf(spec) });
  }
  for (const { names, rule, fix } of brokenRelations(tier, whole)) {
    const [first] = names;
    faults.push({ field: `${field}.${first}`, value: whole[first], rule, fix });
  }
  return faults;
}

/** The whole set in force when these values are set over the defaults. Throws InvalidInput naming each fault. */
export function wholeSet(
  tier: string,
  values: Readonly<Record<string, unknown>>,
  field: string,
): Readonly<Record<string, number>> {
  const faults = thresholdFaults(tier, values, field);
  if (faults.length > 0) throw new InvalidInput(field, faults);
  return { ...defaultsOf(tier), ...(values as Readonly<Record<string, number>>) };
}

function fixOf(spec: ThresholdSpec): string {
  const kind = spec.integer ? 'a whole number' : 'a number';
  return `give ${kind} from ${spec.min} to ${spec.max}, or leave it out for ${spec.default}`;
}
