import { describe, expect, it } from 'vitest';
import { DEFECTS, sizeOf } from './model/defects.ts';
import { explore } from './model/search.ts';
import { spaceOf } from './model/space.ts';

const STATES_MAX = 250_000;

describe('the search finds a protocol that', () => {
  it.each(DEFECTS.map((defect) => [defect.name, defect] as const))('%s', (_, defect) => {
    const { protocol, size, isExact = false, found } = defect;
    const explored = explore(spaceOf(size, protocol, { isExact }), STATES_MAX);
    expect(explored.found?.violation).toMatch(found);
  });

  it('is the shipped one: nothing', () => {
    expect(explore(spaceOf(sizeOf({})), STATES_MAX).found).toBeNull();
  });
});
