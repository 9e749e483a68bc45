import { CACHE_ENV } from '../../lambdas/shared/contract.ts';
import type { ICacheTier } from '../tiers/cache/base.ts';

/** The variables of a function that knows the shards; none for a copy that there is not. */
export function shardVariables(cache: ICacheTier): Readonly<Record<string, string>> {
  const texts = {
    [CACHE_ENV.shards]: cache.endpointsOf('main'),
    [CACHE_ENV.copies]: cache.endpointsOf('copy'),
    [CACHE_ENV.gutter]: cache.endpointsOf('gutter'),
  };
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}
