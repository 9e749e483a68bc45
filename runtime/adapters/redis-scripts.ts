/** What a shard does in one step and has no command for. A key is an argument, never part of a script's text. */

import { createHash } from 'node:crypto';

export interface Script {
  readonly text: string;
  readonly digest: string;
}

/** Arguments: the mark that must be there, the entry, its time to live in ms. */
export const EXCHANGE = scriptOf(`
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`);

/** Arguments: the mark that must be there, the one that takes its place. The rest and the time to live stay. */
export const RESTAMP = scriptOf(`
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
redis.call('SETRANGE', KEYS[1], 0, ARGV[2])
return 1`);

function scriptOf(text: string): Script {
  return { text, digest: createHash('sha1').update(text).digest('hex') };
}
