import { describe, expect, it } from 'vitest';
import { EXHIBITS, runMuseum } from '../../../../proving/sim/museum/index.ts';

const ROOM = EXHIBITS.filter(({ fronted }) => fronted === true).map(
  (exhibit) => [exhibit.name, exhibit] as const,
);

describe('the room of the front', () => {
  it('has every defect of its incidents', () => expect(ROOM).toHaveLength(10));

  it.each(ROOM)(
    '%s is caught within a few seeds, by its invariant',
    { timeout: 200_000 },
    async (_name, exhibit) => {
      const { defects } = await runMuseum({ seedsMax: 6, exhibits: [exhibit] });
      expect(defects[0]).toMatchObject({ caught: true, sound_run_said: null });
    },
  );
});
