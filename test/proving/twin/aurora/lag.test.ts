import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WriterHistory } from '../../../../proving/twin/aurora/index.ts';

describe('replica lag as a time', () => {
  test('is the age of the writer’s position that the reader has', () => {
    const history = new WriterHistory();
    for (let at = 0; at <= 1_000; at += 100) history.record({ at, lsn: BigInt(at) });
    expect(history.lagMs(1_000n, 1_050)).toBe(0);
    expect(history.lagMs(750n, 1_050)).toBe(350);
    expect(history.lagMs(2_000n, 1_050)).toBe(0);
  });

  test('a reader of an idle cluster has none, however long it is idle', () => {
    const history = new WriterHistory();
    history.record({ at: 0, lsn: 10n });
    history.record({ at: 60_000, lsn: 10n });
    expect(history.lagMs(10n, 120_000)).toBe(0);
  });

  test('is unknown before the writer was seen, and starts anew after a promotion', () => {
    const history = new WriterHistory();
    expect(history.lagMs(1n, 0)).toBeNull();
    history.record({ at: 0, lsn: 100n });
    history.record({ at: 100, lsn: 50n });
    expect(history.lagMs(50n, 200)).toBe(0);
  });

  test('property: never negative, and a reader that is further ahead never lags more', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(500), bytes: fc.nat(1_000) }), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(steps, fc.nat(50_000), fc.nat(50_000), (walk, a, b) => {
        const history = new WriterHistory();
        let at = 0;
        let lsn = 0n;
        for (const { wait, bytes } of walk) history.record({ at: (at += wait), lsn: (lsn += BigInt(bytes)) });
        const [behind, ahead] = [Math.min(a, b), Math.max(a, b)].map(
          (n) => history.lagMs(BigInt(n), at) ?? -1,
        );
        expect(ahead).toBeGreaterThanOrEqual(0);
        expect(behind).toBeGreaterThanOrEqual(ahead ?? 0);
      }),
    );
  });
});
