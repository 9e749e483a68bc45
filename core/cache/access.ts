/**
 * What users of the cache may do on a shard, as access strings of Redis and Valkey: the commands that this library
 * sends, those that its scripts call, and what stock clients send before their first command.
 */

/** Of an application. */
export const APPLICATION_ACCESS =
  'on ~* -@all +get +mget +set +del +unlink +eval +evalsha +getrange +setrange +flushall +info +ping +auth +hello +client +select';

/** Of the callable front, which lists the keys that move when the shards are doubled. */
export const FRONT_ACCESS = `${APPLICATION_ACCESS} +scan`;

/** Of the probers: they read no key. */
export const PROBER_ACCESS = 'on -@all +ping +info +auth +hello +client';
