/** Checks the cache tier of a profile. */

import type { Fault } from '../errors.ts';
import {
  CACHE_FRONT_USER,
  CACHE_ID_LENGTH_MAX,
  CACHE_PROBE_USER,
  cacheDefaultUserId,
  cacheUser,
} from '../naming.ts';
import {
  CACHE_NODE_TYPES,
  CACHE_REDUNDANCY_DEFAULT,
  CACHE_SHARDS_MAX,
  CACHE_SHARDS_MIN,
  hasGutterByDefault,
} from './defaults.ts';
import { CACHE_NODE_TYPE, MODES } from './names.ts';
import type { NormalizedCache } from './normalized.ts';
import { booleanAt, choiceAt, integerAt, objectAt, onlyKnown, textAt } from './reading.ts';
import type { CacheRedundancy, Size } from './types.ts';

const FIELDS = ['shards', 'redundancy', 'gutter', 'nodeType', 'mode'];
const REDUNDANCIES: readonly CacheRedundancy[] = ['masked', 'replicated', 'double'];

export interface CacheContext {
  /** Name of the environment. */
  readonly name: string;
  readonly size: Size;
  readonly applications: readonly string[];
}

export function readCache(faults: Fault[], value: unknown, context: CacheContext): NormalizedCache | null {
  if (value === undefined) return null;
  const path = 'tiers.cache';
  const fields = objectAt(faults, path, value);
  if (fields === null) return null;
  onlyKnown(faults, path, fields, FIELDS);
  const redundancy =
    choiceAt(faults, `${path}.redundancy`, fields['redundancy'], REDUNDANCIES) ?? CACHE_REDUNDANCY_DEFAULT;
  const gutter = booleanAt(faults, `${path}.gutter`, fields['gutter'], 'leave it out for the default');
  refuseUsers(faults, context);
  return {
    shards: readShards(faults, fields['shards']),
    redundancy,
    gutter: gutter ?? hasGutterByDefault(context.size, redundancy),
    nodeType:
      textAt(faults, `${path}.nodeType`, fields['nodeType'], CACHE_NODE_TYPE) ??
      CACHE_NODE_TYPES[context.size],
    mode: choiceAt(faults, `${path}.mode`, fields['mode'], MODES),
  };
}

/** Required: a default would be a number that nobody chose, and that only a guided operation can change. */
function readShards(faults: Fault[], value: unknown): number {
  const field = 'tiers.cache.shards';
  const fix = 'write how many nodes share the keys, for example 4';
  if (value === undefined) faults.push({ field, value, rule: 'is required', fix });
  const rule = { min: CACHE_SHARDS_MIN, max: CACHE_SHARDS_MAX, fix };
  return integerAt(faults, field, value, rule) ?? CACHE_SHARDS_MIN;
}

/** Each application is a user of the cache, beside those of the kit. */
function refuseUsers(faults: Fault[], { name, applications }: CacheContext): void {
  const ours = [CACHE_PROBE_USER, CACHE_FRONT_USER].map((user) => cacheUser(name, user));
  const reserved = [...ours, cacheDefaultUserId(name)];
  applications.forEach((application, index) => {
    const field = `applications[${index}]`;
    const user = cacheUser(name, application);
    if (reserved.includes(user)) {
      const rule = 'is a user of the cache that the kit owns';
      faults.push({ field, value: application, rule, fix: 'choose another name' });
    } else if (user.length > CACHE_ID_LENGTH_MAX) {
      const rule = `makes '${user}', ${user.length} characters, the user of the cache: at most ${CACHE_ID_LENGTH_MAX}`;
      faults.push({ field, value: application, rule, fix: 'shorten it or the name of the environment' });
    }
  });
}
