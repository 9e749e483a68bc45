/** The outputs of the stack of the cache, and the variables of an application that hold them as they are. */

import type { CacheName } from '../../core/cache/protocol/index.ts';
import type { Outputs } from '../../ops/outputs.ts';

/** Each copy of the cache, and the output and the variable of an application that name its shards. */
export const CACHE_OUTPUTS: Readonly<Record<CacheName, { output: string; variable: string }>> = {
  main: { output: 'CacheShards', variable: 'UNDERSTUDY_CACHE_SHARDS' },
  copy: { output: 'CacheCopies', variable: 'UNDERSTUDY_CACHE_COPIES' },
  gutter: { output: 'CacheGutter', variable: 'UNDERSTUDY_CACHE_GUTTER' },
};

/** What tells an application where its cache is; nothing where there is none. */
export function cacheVariables(outputs: Outputs): Readonly<Record<string, string>> {
  const known = Object.values(CACHE_OUTPUTS).flatMap(({ output: name, variable }) =>
    outputs[name] === undefined ? [] : [[variable, outputs[name]] as const],
  );
  return Object.fromEntries(known);
}
