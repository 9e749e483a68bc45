/** Checks the cache tier of a profile. */

import type { Fault } from '../errors.ts';
import {
  CACHE_FRONT_USER,
  CACHE_ID_LENGTH_MAX,
  CACHE_PROBE_USER,
  cacheDefaultUserId,
  cacheGroupId,
  cacheUser,
} from '../naming.ts';
import { cacheCopies } from './copies.ts';
import {
  CACHE_NODE_TYPES,
  CACHE_REDUNDANCY_DEFAULT,
  CACHE_SHARDS_MAX,
  CACHE_SHARDS_MIN,
  GUTTER_NODES,
  hasGutterByDefault,
} from './defaults.ts';
import { CACHE_NODE_TYPE, MODES } from './names.ts';
import type { NormalizedCache } from './normalized.ts';
import { booleanAt, choiceAt, integerAt, objectAt, onlyKnown, textAt } from './reading.ts';
import type { CacheRedundancy, Size } from './types.ts';

const FIELDS = ['shards', 'redundancy', 'gutter', 'nodeType', 'mode'];
const REDUNDANCIES: readonly CacheRedundancy[] = ['masked', 'replicated', 'double'];

export interface CacheContext {
  /** Where its fields stand. @default 'tiers.cache' */
  readonly path?: string;
  /** Name of the environment. */
  readonly name: string;
  readonly size: Size;
  readonly applications: readonly string[];
  /** Members of the database, whose names stand beside the shards' in the functions' variables. @default - none */
  readonly members?: number;
}

export function readCache(faults: Fault[], value: unknown, context: CacheContext): NormalizedCache | null {
  if (value === undefined) return null;
  const path = context.path ?? 'tiers.cache';
  const fields = objectAt(faults, path, value);
  if (fields === null) return null;
  onlyKnown(faults, path, fields, FIELDS);
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const redundancy =
    choiceAt(faults, at('redundancy'), fields['redundancy'], REDUNDANCIES) ?? CACHE_REDUNDANCY_DEFAULT;
  const gutter = booleanAt(faults, at('gutter'), fields['gutter'], 'leave it out for the default');
  refuseUsers(faults, context);
  const cache = {
    shards: readShards(faults, at('shards'), fields['shards']),
    redundancy,
    gutter: gutter ?? hasGutterByDefault(context.size, redundancy),
  };
  refuseManyGroups(faults, at('shards'), cache, context);
  return {
    ...cache,
    nodeType:
      textAt(faults, at('nodeType'), fields['nodeType'], CACHE_NODE_TYPE) ?? CACHE_NODE_TYPES[context.size],
    mode: choiceAt(faults, at('mode'), fields['mode'], MODES),
  };
}

/** Required: a default would be a number that nobody chose, and that only a guided operation can change. */
function readShards(faults: Fault[], field: string, value: unknown): number {
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

/**
 * A function's variables are 4,096 bytes (Lambda's limit), and those of a prober name every member of the database
 * and every shard: `<id>=master.<id>.<6 characters>.<region>.cache.amazonaws.com:6379`.
 */
const VARIABLES_BYTES = 4096;
const OTHER_VARIABLES_BYTES = 900;
const MEMBER_BYTES = 150;
const ENDPOINT_BYTES = '=master....cache.amazonaws.com.cn:6379,'.length + 6 + 6;

function refuseManyGroups(
  faults: Fault[],
  field: string,
  { shards, redundancy, gutter }: Pick<NormalizedCache, 'shards' | 'redundancy' | 'gutter'>,
  { name, members = 0 }: CacheContext,
): void {
  const room = VARIABLES_BYTES - OTHER_VARIABLES_BYTES - members * MEMBER_BYTES;
  const groupsMax = Math.floor(
    room / (2 * cacheGroupId(name, 'gutter', CACHE_SHARDS_MAX).length + ENDPOINT_BYTES),
  );
  const groups = cacheCopies({ shards, redundancy, gutter }).reduce((sum, copy) => sum + copy.shards, 0);
  if (groups <= groupsMax) return;
  const gutterNodes = gutter ? GUTTER_NODES : 0;
  const copies = redundancy === 'double' ? 2 : 1;
  const shardsMax = Math.floor((groupsMax - gutterNodes) / copies);
  const rule = `with all copies must be at most ${groupsMax} groups here: their names must fit into a function's variables`;
  faults.push({
    field,
    value: shards,
    rule,
    fix: `use at most ${shardsMax} shards, larger nodes, or a shorter name`,
  });
}
