import { TIERS } from '../../core/naming.ts';
import { layerThresholds } from '../../core/thresholds/layer.ts';
import { specsOf } from '../../core/thresholds/validate.ts';
import type { ThresholdsItem } from '../../core/state/items.ts';
import type { ReconcilePorts } from './handler.ts';

/**
 * Copies the parameters of each tier that has thresholds into the table, where the probers and controllers
 * read them. Writes only what differs. Returns what was refused, by `<layer>/<tier>/<name>`.
 * @param texts every parameter of the environment, by the rest of its name
 */
export async function copyThresholds(
  { store, clock, log }: Pick<ReconcilePorts, 'store' | 'clock' | 'log'>,
  texts: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const refusals: Record<string, string> = {};
  for (const tier of TIERS.filter((name) => specsOf(name).length > 0)) {
    const known = await store.readThresholds(tier);
    const { values, refused } = layerThresholds({
      tier,
      defaults: layerOf(texts, `defaults/${tier}/`),
      overrides: layerOf(texts, `overrides/${tier}/`),
      lastGood: known?.values ?? null,
    });
    const item: ThresholdsItem = { kind: 'thresholds', tier, values, refused, at: clock.now() };
    if (!isSame(known, item)) {
      await store.putThresholds(item);
      log.info('thresholds in force', { tier, values, refused });
    }
    for (const [name, why] of Object.entries(refused)) {
      const [layer, ...rest] = name.split('/');
      refusals[`${layer}/${tier}/${rest.join('/')}`] = why;
    }
  }
  return refusals;
}

function layerOf(all: Readonly<Record<string, string>>, prefix: string): Readonly<Record<string, string>> {
  const own = Object.entries(all).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, text]) => [name.slice(prefix.length), text]));
}

function isSame(known: ThresholdsItem | null, next: ThresholdsItem): boolean {
  return known !== null && same(known.values, next.values) && same(known.refused, next.refused);
}

function same(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
