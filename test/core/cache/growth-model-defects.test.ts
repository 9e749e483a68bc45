import { describe, expect, it } from 'vitest';
import { GROWTH_DEFECTS } from './model/growth-defects.ts';
import { explore } from './model/search.ts';
import { spaceOf } from './model/space.ts';

const STATES_MAX = 250_000;

describe('the search finds a growth that', () => {
  it.each(GROWTH_DEFECTS.map((defect) => [defect.name, defect] as const))('%s', (_, defect) => {
    const { protocol, size, isExact = false, found } = defect;
    const explored = explore(spaceOf(size, protocol, { isExact }), STATES_MAX);
    console.log(`${defect.name}: ${explored.states} states`);
    expect(explored.found?.violation).toMatch(found);
  });
});
