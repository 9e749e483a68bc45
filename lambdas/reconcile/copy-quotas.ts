import { isDeepStrictEqual } from 'node:util';
import type { QuotasItem } from '../../core/state/throttle-items.ts';
import { parseQuotas } from '../../core/throttle/index.ts';
import type { ThrottledResource } from '../shared/environment.ts';
import type { ReconcilePorts } from './handler.ts';
import { chooseLayer, type Texts, unknownNames } from './layers.ts';

/**
 * Copies the quotas of each throttled resource into the table, where `throttle` reads them: the override's whole
 * document, else the default's (I-31). One that is refused leaves the last good quotas in force, whatever the other
 * layer says. Writes only what differs. Returns what was refused, by `<layer>/quotas/<resource>`.
 */
export async function copyQuotas(
  { store, clock, log }: Pick<ReconcilePorts, 'store' | 'clock' | 'log'>,
  resources: readonly ThrottledResource[],
  texts: Texts,
): Promise<Readonly<Record<string, string>>> {
  const names = resources.map(({ resource }) => resource);
  const unknown = 'is no throttled resource of this environment';
  const refusals = unknownNames('quotas', names, texts, unknown);
  for (const place of resources) {
    const known = await store.readQuotas(place.resource);
    const { value: quotas, refused } = chooseLayer({
      name: `quotas/${place.resource}`,
      texts,
      lastGood: known?.quotas ?? null,
      read: (text) => {
        const read = parseQuotas({ field: place.resource, ...place }, text);
        return { value: read.quotas, faults: read.faults };
      },
    });
    for (const [layer, why] of Object.entries(refused)) refusals[`${layer}/quotas/${place.resource}`] = why;
    if (quotas === null) {
      log.warn('no quotas for a throttled resource', { ...place, refused });
    } else if (!isDeepStrictEqual({ quotas, refused }, { quotas: known?.quotas, refused: known?.refused })) {
      const item: QuotasItem = { kind: 'quotas', quotas, refused, at: clock.now() };
      await store.putQuotas(item);
      log.info('quotas in force', { quotas, refused });
    }
  }
  return refusals;
}
