import { describe, expect, it } from 'vitest';
import { checkLock, rewritten, type EnvironmentLock, keepGrowth } from '../../../core/profile/lock.ts';

const FILE = 'environments/demo.lock.json';
const lock = (shards?: number): EnvironmentLock => ({
  stateful: {},
  ...(shards === undefined ? {} : { cache: { shards } }),
});

describe('the number of shards in a lock', () => {
  it('passes where it is the one of the profile, or where there is no cache', () => {
    expect(() => checkLock(FILE, lock(4), lock(4))).not.toThrow();
    expect(() => checkLock(FILE, lock(), lock())).not.toThrow();
  });

  it.each([8, 3])('fails where the profile says %i by hand, and names the guided operation', (shards) => {
    expect(() => checkLock(FILE, lock(4), lock(shards))).toThrow(
      new RegExp(`cache\\.shards = ${shards}: is 4 in the lock.*leave .* at 4.*npx understudy cache grow`),
    );
  });

  it('fails where the lock knows of no cache, and says how to write it', () => {
    expect(() => checkLock(FILE, lock(), lock(4))).toThrow(/is not in the lock.*understudy:write-lock/);
  });

  it('fails where the cache would be deleted', () => {
    expect(() => checkLock(FILE, lock(4), lock())).toThrow(/no cache: deploying would delete it/);
  });

  it('fails to be written anew with another number, but may come and go', () => {
    expect(() => rewritten(FILE, lock(4), lock(8))).toThrow(/npx understudy cache grow/);
    expect(rewritten(FILE, lock(4), lock(4))).toEqual(lock(4));
    expect(rewritten(FILE, lock(), lock(8))).toEqual(lock(8));
    expect(rewritten(FILE, lock(4), lock())).toEqual(lock());
  });
});

describe('the number of shards while the cache grows', () => {
  const growing: EnvironmentLock = { stateful: {}, cache: { shards: 4, growingTo: 8 } };

  it('passes where the profile says either of the two', () => {
    expect(() => checkLock(FILE, growing, lock(4))).not.toThrow();
    expect(() => checkLock(FILE, growing, lock(8))).not.toThrow();
  });

  it('fails where it says another one', () => {
    expect(() => checkLock(FILE, growing, lock(16))).toThrow(/is 4, growing to 8, in the lock/);
  });

  it('stays in a lock that is written anew meanwhile', () => {
    expect(rewritten(FILE, growing, { ...lock(8), stateful: { State: {} } })).toEqual({
      stateful: { State: {} },
      cache: growing.cache,
    });
  });
});
