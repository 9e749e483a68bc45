import { describe, expect, it } from 'vitest';
import { isPaused } from '../../../core/state/control.ts';
import type { ControlItem } from '../../../core/state/items.ts';

const HELD: ControlItem = { kind: 'control', mode: null, paused: true, by: 'ana', why: 'drill', at: 0 };

describe('a hold', () => {
  it.each([
    ['stands without an end', HELD, 1e15, true],
    ['stands with an end of null', { ...HELD, until: null }, 1e15, true],
    ['stands until its end', { ...HELD, until: 1000 }, 999, true],
    ['SEC-21: is over at its end', { ...HELD, until: 1000 }, 1000, false],
    ['is none once it is released', { ...HELD, paused: false }, 0, false],
    ['is none where there is no item', null, 0, false],
  ])('%s', (_name, item, now, paused) => {
    expect(isPaused(item, now)).toBe(paused);
  });
});
