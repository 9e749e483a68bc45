import type { CacheStateStore } from '../../../core/ports/index.ts';
import type { CacheObservationItem, CacheShardItem } from '../../../core/state/cache-items.ts';

/** The cache's items of the state table in memory, with the conditions of the real one. */
export class MemoryCacheStore implements CacheStateStore {
  readonly written: CacheObservationItem[] = [];
  readonly shards = new Map<string, CacheShardItem>();
  /** What the zones say; by default what was written last. */
  observations: (zones: readonly string[]) => readonly CacheObservationItem[] = (zones) =>
    zones.flatMap((zone) => this.written.filter(({ az }) => az === zone).slice(-1));

  async latestCacheObservations(zones: readonly string[]): Promise<readonly CacheObservationItem[]> {
    return this.observations(zones);
  }
  async putCacheObservation(item: CacheObservationItem): Promise<void> {
    this.written.push(item);
  }
  async cacheShards(): Promise<readonly CacheShardItem[]> {
    return [...this.shards.values()];
  }
  async putCacheShard(item: CacheShardItem): Promise<boolean> {
    const known = this.shards.get(item.memberId);
    if (known !== undefined && known.epoch > item.epoch) return false;
    this.shards.set(item.memberId, item);
    return true;
  }
}
