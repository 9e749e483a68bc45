import { describe, expect, it } from 'vitest';
import { EXHIBITS, runMuseum, type Exhibit } from '../../../../proving/sim/museum/index.ts';

const harmless: Exhibit = {
  name: 'harmless',
  incident: 'none',
  invariant: 'I-05',
  defect: { name: 'harmless', ports: (ports) => ({ ...ports }) },
  faults: () => [],
};

describe('the museum', () => {
  it('says that a defect was missed, and after how many seeds', { timeout: 60_000 }, async () => {
    const rows: string[] = [];
    const line = await runMuseum({ exhibits: [harmless], seedsMax: 2, onRow: ({ name }) => rows.push(name) });
    expect(line.missed).toBe(1);
    expect(line.defects).toMatchObject([
      { name: 'harmless', caught: false, seed: null, seeds_tried: 2, said: null },
    ]);
    expect(rows).toEqual(['harmless']);
  });

  it('ends between two defects when it is interrupted', async () => {
    const line = await runMuseum({ exhibits: [harmless], signal: { aborted: true } });
    expect(line).toEqual({ defects: [], missed: 0 });
  });

  it('has six defects at least, each with its own name, for incidents that really happened', () => {
    expect(EXHIBITS.length).toBeGreaterThanOrEqual(6);
    expect(new Set(EXHIBITS.map(({ name }) => name)).size).toBe(EXHIBITS.length);
    expect(EXHIBITS.filter(({ incident }) => incident.length < 20)).toEqual([]);
  });
});
