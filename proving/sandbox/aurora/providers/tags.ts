import type { ResourceRequest } from '../../kernel/index.ts';
import type { Tag } from '../cluster-settings.ts';

/** The resource's own tags over those of its stack. */
export function mergedTags(request: ResourceRequest): Tag[] {
  const own = (request.properties['Tags'] ?? []) as readonly Tag[];
  const merged = new Map([...request.tags, ...own].map((tag) => [tag.Key, tag.Value]));
  return [...merged].map(([Key, Value]) => ({ Key, Value }));
}
