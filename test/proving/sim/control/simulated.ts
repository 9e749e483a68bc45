import { controlKey } from '../../../../core/state/keys.ts';
import { SimStateStore } from '../../../../proving/sim/control/state-store.ts';
import { SimTable } from '../../../../proving/sim/control/table.ts';
import { NOW } from '../../../core/database/fixtures.ts';
import type { StoreUnderTest } from './state-store-contract.ts';

export function simulated(table = new SimTable(() => NOW)): StoreUnderTest {
  const store = new SimStateStore(table);
  return {
    store,
    putOutcome: (item) => store.putOutcome(item),
    putControl: (tier, item) => Promise.resolve(table.put(controlKey(tier), item)),
  };
}
