import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../../core/errors.ts';
import type { QuotasItem } from '../../core/state/throttle-items.ts';
import { parseQuotas, type ResourceQuotas } from '../../core/throttle/index.ts';
import type { ThrottledResource } from '../shared/environment.ts';
import type { ReconcilePorts } from './handler.ts';

/** What is told of names that nobody knows, at most: the store is open to whoever may write parameters. */
const UNKNOWN_NAMES_MAX = 20;
const NAME_LENGTH_MAX = 64;
const RULE_LENGTH_MAX = 200;
const LAYERS = ['overrides', 'defaults'] as const;

/**
 * Copies the quotas of each throttled resource into the table, where `throttle` reads them: the override's whole
 * document, else the default's (I-31). One that is refused leaves the last good quotas in force, whatever the other
 * layer says. Writes only what differs. Returns what was refused, by `<layer>/quotas/<resource>`.
 * @param texts every parameter of the environment, by the rest of its name
 */
export async function copyQuotas(
  { store, clock, log }: Pick<ReconcilePorts, 'store' | 'clock' | 'log'>,
  resources: readonly ThrottledResource[],
  texts: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const refusals = unknownResources(resources, texts);
  for (const place of resources) {
    const known = await store.readQuotas(place.resource);
    const { quotas, refused } = choose(place, texts, known?.quotas ?? null);
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

interface Chosen {
  /** Null when there are none that could be used, and never were. */
  readonly quotas: ResourceQuotas | null;
  /** By layer: why its document was refused. */
  readonly refused: Readonly<Record<string, string>>;
}

function choose(
  place: ThrottledResource,
  texts: Readonly<Record<string, string>>,
  lastGood: ResourceQuotas | null,
): Chosen {
  const refused: Record<string, string> = {};
  for (const layer of LAYERS) {
    const name = `${layer}/quotas/${place.resource}`;
    if (!Object.hasOwn(texts, name)) continue;
    const { quotas, faults } = parseQuotas({ field: place.resource, ...place }, texts[name]!);
    if (faults.length === 0) return { quotas: isEmpty(refused) ? quotas : (lastGood ?? quotas), refused };
    refused[layer] = tell(faults);
  }
  return { quotas: lastGood, refused };
}

function isEmpty(refused: Readonly<Record<string, string>>): boolean {
  return Object.keys(refused).length === 0;
}

function tell(faults: readonly Fault[]): string {
  const [first] = faults;
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
  return `${first!.field} ${first!.rule}`.slice(0, RULE_LENGTH_MAX) + more;
}

function unknownResources(
  resources: readonly ThrottledResource[],
  texts: Readonly<Record<string, string>>,
): Record<string, string> {
  const known = new Set(LAYERS.flatMap((layer) => resources.map((one) => `${layer}/quotas/${one.resource}`)));
  const unknown = Object.keys(texts).filter((name) => {
    const [, kind] = name.split('/');
    return kind === 'quotas' && !known.has(name);
  });
  const told = unknown.slice(0, UNKNOWN_NAMES_MAX).map((name) => name.slice(0, NAME_LENGTH_MAX));
  return Object.fromEntries(told.map((name) => [name, 'is no throttled resource of this environment']));
}
