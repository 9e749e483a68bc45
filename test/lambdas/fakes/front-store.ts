import type { FrontStore } from '../../../core/ports/index.ts';
import type { TargetObservationItem, TargetsItem } from '../../../core/state/front-items.ts';

/** The front table in memory, with the conditions of the real one. */
export class MemoryFrontStore implements FrontStore {
  readonly written: TargetObservationItem[] = [];
  targets: TargetsItem | null = null;
  /** Every version of the list, oldest first. */
  readonly lists: TargetsItem[] = [];
  /** What the zones say; by default what was written last. */
  observations: (zones: readonly string[]) => readonly TargetObservationItem[] = (zones) =>
    zones.flatMap((zone) => this.written.filter(({ az }) => az === zone).slice(-1));

  async readTargets(): Promise<TargetsItem | null> {
    return this.targets;
  }
  async putTargets(item: TargetsItem): Promise<boolean> {
    if (this.targets !== null && this.targets.epoch > item.epoch) return false;
    this.targets = item;
    this.lists.push(item);
    return true;
  }
  async latestTargetObservations(zones: readonly string[]): Promise<readonly TargetObservationItem[]> {
    return this.observations(zones);
  }
  async putTargetObservation(item: TargetObservationItem): Promise<void> {
    this.written.push(item);
  }
}
