import { describe, expect, it } from 'vitest';
import { holdsOn, named, tierOf } from '../../ops/hold.ts';
import type { ControlItem } from '../../core/state/items.ts';

const NOW = 1_000_000;
const held = (change: Partial<ControlItem> = {}): ControlItem => ({
  kind: 'control',
  mode: null,
  paused: true,
  by: 'ana',
  why: 'drill',
  at: 0,
  ...change,
});

const storeOf = (items: Record<string, ControlItem>) => ({
  readControl: async (tier: string) => items[tier] ?? null,
});

describe('what holds a tier', () => {
  it.each([
    ['its own hold', { database: held() }, 'database', ['database']],
    ['the hold on all', { all: held() }, 'database', ['all']],
    ['both', { all: held(), database: held() }, 'database', ['database', 'all']],
    ['nothing that is over', { database: held({ until: NOW }) }, 'database', []],
    ['nothing that was released', { database: held({ paused: false }) }, 'database', []],
    ['no hold on another tier', { cache: held() }, 'database', []],
    ['only the hold on all, where all is meant', { all: held(), database: held() }, 'all', ['all']],
  ])('is %s', async (_name, items, tier, expected) => {
    const holds = await holdsOn(storeOf(items), tier, NOW);
    expect(holds.map((one) => one.tier)).toEqual(expected);
  });
});

describe('the name of a tier', () => {
  it('is checked, and told as people say it', () => {
    expect([tierOf('database'), tierOf('all')]).toEqual(['database', 'all']);
    expect(() => tierOf('everything')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/"everything"[\s\S]*one of: database/) }),
    );
    expect([named('database'), named('all')]).toEqual(['the database tier', 'every tier']);
  });
});
