import type { StrategyStore } from '../../core/ports/index.ts';
import type { StrategyItem } from '../../core/state/front-items.ts';
import { parseStrategy } from '../../core/strategy/index.ts';
import type { ReconcilePorts } from './handler.ts';
import { chooseLayer, type Texts, unknownNames } from './layers.ts';

export interface StrategyScope {
  /** Null where there is no web tier, and so no front table. */
  readonly strategies: StrategyStore | null;
  readonly services: readonly string[];
}

/**
 * Copies the rules of each service into the front table, where the web tier reads them: the override's whole document,
 * else the default's (I-31). One that is refused leaves the last good rules in force, whatever the other layer says.
 * Writes only what differs. Returns what was refused, by `<layer>/strategy/<service>`.
 */
export async function copyStrategies(
  { clock, log }: Pick<ReconcilePorts, 'clock' | 'log'>,
  { strategies, services }: StrategyScope,
  texts: Texts,
): Promise<Readonly<Record<string, string>>> {
  if (strategies === null) return {};
  const refusals = unknownNames('strategy', services, texts, 'is no service of this environment');
  for (const service of services) {
    const known = await strategies.readStrategy(service);
    const { value: document, refused } = chooseLayer({
      name: `strategy/${service}`,
      texts,
      lastGood: known?.document ?? null,
      read: (text) => ({ value: text, faults: parseStrategy({ field: service, service }, text).faults }),
    });
    const told = Object.entries(refused);
    for (const [layer, why] of told) refusals[`${layer}/strategy/${service}`] = why;
    const why = told.map(([layer, rule]) => `${layer}: ${rule}`).join('; ') || null;
    if (document === null) {
      log.warn('no rules for a service', { service, refused });
    } else if (document !== known?.document || why !== known.refused) {
      const item: StrategyItem = { kind: 'strategy', service, document, at: clock.now(), refused: why };
      await strategies.putStrategy(item);
      log.info('rules in force', { service, document, refused });
    }
  }
  return refusals;
}
