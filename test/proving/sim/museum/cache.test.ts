import { describe, expect, it } from 'vitest';
import { EXHIBITS, runMuseum } from '../../../../proving/sim/museum/index.ts';

const ROOM = EXHIBITS.filter(({ cached }) => cached === true).map(
  (exhibit) => [exhibit.name, exhibit] as const,
);

describe('the museum, cache', () => {
  it('shows each promise of the cache broken', () => {
    expect(new Set(ROOM.map(([, { invariant }]) => invariant))).toEqual(
      new Set(['I-20', 'I-21', 'I-22', 'I-26', 'shard-return']),
    );
  });

  it.each(ROOM)(
    '%s is caught by its invariant, and its run holds without it',
    { timeout: 120_000 },
    async (_, exhibit) => {
      const { defects, missed } = await runMuseum({ exhibits: [exhibit], seedsMax: 10 });
      expect(defects).toMatchObject([
        { name: exhibit.name, invariant: exhibit.invariant, caught: true, sound_run_said: null },
      ]);
      expect(defects[0]!.said).not.toBeNull();
      expect(missed).toBe(0);
    },
  );
});
