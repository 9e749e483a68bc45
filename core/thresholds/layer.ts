import type { ThresholdSpec } from './types.ts';
import { parseThreshold } from './parse.ts';
import { brokenRelations } from './relations.ts';
import { defaultsOf, specsOf, thresholdFaults } from './validate.ts';

/** What is remembered of a refused name, at most: the store is open to whoever may write parameters. */
const NAME_LENGTH_MAX = 64;
const UNKNOWN_NAMES_MAX = 20;

export interface ThresholdLayers {
  readonly tier: string;
  /** Texts of `/defaults/<tier>/<name>`, by name. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Texts of `/overrides/<tier>/<name>`, by name. */
  readonly overrides: Readonly<Record<string, string>>;
  /** The whole set now in force; null before the first. */
  readonly lastGood: Readonly<Record<string, number>> | null;
}

export interface EffectiveThresholds {
  /** A legal whole set, whatever was put into the parameters. */
  readonly values: Readonly<Record<string, number>>;
  /** By `<layer>/<name>`: why it was refused. */
  readonly refused: Readonly<Record<string, string>>;
}

/**
 * Effective = override, else default (I-31). A refused value leaves the last good one of that name in force;
 * values that do not fit together leave the last good ones of those names in force.
 */
export function layerThresholds(layers: ThresholdLayers): EffectiveThresholds {
  const refused: Record<string, string> = {};
  const good = wholeOf(layers.tier, layers.lastGood);
  const chosen: Record<string, number> = {};
  for (const spec of specsOf(layers.tier)) {
    chosen[spec.name] = choose(spec, layers, good[spec.name] ?? spec.default, refused);
  }
  refuseUnknown('defaults', layers.tier, layers.defaults, refused);
  refuseUnknown('overrides', layers.tier, layers.overrides, refused);
  return { values: settle(layers, chosen, good, refused), refused };
}

/**
 * The whole set that a stored one stands for: names that it lacks have their default, and a set that is not
 * legal (kept by an older version, or damaged) is replaced by the defaults.
 */
export function wholeOf(
  tier: string,
  stored: Readonly<Record<string, number>> | null,
): Readonly<Record<string, number>> {
  const defaults = defaultsOf(tier);
  if (stored === null) return defaults;
  const known = Object.fromEntries(Object.entries(stored).filter(([name]) => Object.hasOwn(defaults, name)));
  return thresholdFaults(tier, known, tier).length === 0 ? { ...defaults, ...known } : defaults;
}

function choose(
  spec: ThresholdSpec,
  layers: ThresholdLayers,
  lastGood: number,
  refused: Record<string, string>,
): number {
  for (const layer of ['overrides', 'defaults'] as const) {
    const text = own(layers[layer], spec.name);
    if (text === undefined) continue;
    const parsed = parseThreshold(spec, text);
    if (parsed.ok) return parsed.value;
    refused[`${layer}/${spec.name}`] = parsed.rule;
    return lastGood;
  }
  return spec.default;
}

/** Takes values back to the last good ones until the set fits together. Ends: each round takes one back. */
function settle(
  layers: ThresholdLayers,
  chosen: Record<string, number>,
  good: Readonly<Record<string, number>>,
  refused: Record<string, string>,
): Readonly<Record<string, number>> {
  const rounds = Object.keys(chosen).length;
  for (let round = 0; round < rounds; round += 1) {
    const [broken] = brokenRelations(layers.tier, chosen);
    if (broken === undefined) return chosen;
    for (const name of broken.names) {
      if (chosen[name] === good[name]) continue;
      const layer = own(layers.overrides, name) === undefined ? 'defaults' : 'overrides';
      refused[`${layer}/${name}`] = broken.rule;
      chosen[name] = good[name]!;
    }
  }
  return brokenRelations(layers.tier, chosen).length === 0 ? chosen : good;
}

function refuseUnknown(
  layer: 'defaults' | 'overrides',
  tier: string,
  texts: Readonly<Record<string, string>>,
  refused: Record<string, string>,
): void {
  const known = new Set(specsOf(tier).map((spec) => spec.name));
  const unknown = Object.keys(texts).filter((name) => !known.has(name));
  for (const name of unknown.slice(0, UNKNOWN_NAMES_MAX)) {
    refused[`${layer}/${name.slice(0, NAME_LENGTH_MAX)}`] = 'is no threshold of this tier';
  }
}

function own(texts: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}
