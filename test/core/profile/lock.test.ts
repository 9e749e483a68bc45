import { describe, expect, it } from 'vitest';
import { checkLock, checkRewrite, type EnvironmentLock, keepGrowth } from '../../../core/profile/lock.ts';

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
    expect(() => checkRewrite(FILE, lock(4), lock(8))).toThrow(/npx understudy cache grow/);
    expect(() => checkRewrite(FILE, lock(4), lock(4))).not.toThrow();
    expect(() => checkRewrite(FILE, lock(), lock(8))).not.toThrow();
    expect(() => checkRewrite(FILE, lock(4), lock())).not.toThrow();
  });
});

describe('the lock of a cache that grows', () => {
  const growing: EnvironmentLock = { stateful: {}, cache: { shards: 4, growingTo: 8 } };

  it('passes with the number that it grows to, and with no other', () => {
    expect(() => checkLock(FILE, growing, lock(8))).not.toThrow();
    expect(() => checkLock(FILE, growing, lock(4))).toThrow(
      /cache\.shards = 4: grows from 4 to 8 in the lock.*set tiers\.cache\.shards to 8; or .*cache grow --abort/,
    );
    expect(() => checkLock(FILE, growing, lock())).toThrow(/no cache/);
  });

  it('still says so when it is written anew', () => {
    expect(() => checkRewrite(FILE, growing, lock(8))).not.toThrow();
    expect(keepGrowth(growing, lock(8))).toEqual(growing);
    expect(keepGrowth(lock(4), lock(4))).toEqual(lock(4));
    expect(keepGrowth(growing, lock())).toEqual(lock());
  });
});
