/** The front table in virtual time, with the conditions of the real adapter. */

import type { FrontStore } from '../../../core/ports/index.ts';
import {
  targetObservationKey,
  targetObservationPartition,
  targetsKey,
  type TargetObservationItem,
  type TargetsItem,
} from '../../../core/state/front-items.ts';
import { SimTable } from '../control/table.ts';

const KEPT_S = 14 * 86_400;

export class SimFrontStore implements FrontStore {
  readonly table: SimTable;

  constructor(now: () => number) {
    this.table = new SimTable(now);
  }

  async readTargets(env: string): Promise<TargetsItem | null> {
    return this.table.get(targetsKey(env)) as unknown as TargetsItem | null;
  }

  async putTargets(item: TargetsItem): Promise<boolean> {
    const known = this.table.get(targetsKey(item.env));
    if (known !== null && (known['epoch'] as number) > item.epoch) return false;
    this.table.put(targetsKey(item.env), item);
    return true;
  }

  async latestTargetObservations(zones: readonly string[]): Promise<readonly TargetObservationItem[]> {
    const found = zones.flatMap((zone) => this.table.newest(targetObservationPartition(zone), 1));
    return found as readonly unknown[] as readonly TargetObservationItem[];
  }

  async putTargetObservation(item: TargetObservationItem): Promise<void> {
    const expiresAt = Math.floor(item.at / 1000) + KEPT_S;
    this.table.put(targetObservationKey(item.az, item.at), item, expiresAt);
  }
}
