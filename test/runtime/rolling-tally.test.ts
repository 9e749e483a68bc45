import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RollingTally } from '../../runtime/rolling-tally.ts';

it('counts what ended within the window, to the second', () => {
  const step = fc.record({ gap: fc.integer({ min: 0, max: 4000 }), ok: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const tally = new RollingTally(15_000);
      const events: { at: number; ok: boolean }[] = [];
      let now = 0;
      for (const { gap, ok } of steps) {
        now += gap;
        tally.add(ok, now);
        events.push({ at: now, ok });
        const from = Math.floor(now / 1000) - 15;
        const kept = events.filter(({ at }) => Math.floor(at / 1000) >= from);
        expect(tally.sum(now)).toEqual({
          ok: kept.filter((event) => event.ok).length,
          errors: kept.filter((event) => !event.ok).length,
          windowMs: 15_000,
        });
      }
    }),
  );
});

it('forgets everything after a pause', () => {
  const tally = new RollingTally(15_000);
  tally.add(true, 0);
  expect(tally.sum(15_999)).toMatchObject({ ok: 1 });
  expect(tally.sum(16_000)).toMatchObject({ ok: 0 });
});
