import { describe, expect, it } from 'vitest';
import { defaultStrategy, parseStrategy, readStrategy } from '../../../core/strategy/index.ts';
import { RULES_MAX } from '../../../core/strategy/read.ts';

const PLACE = { field: 'shop', service: 'shop' };
const CANARY = { version: 'canary' };
const faultsOf = (document: unknown): string[] =>
  readStrategy(PLACE, document).faults.map(({ field, rule }) => `${field} ${rule}`);

describe('a document of rules', () => {
  it('is read back as the template writes it: everybody to stable', () => {
    const { strategy, faults } = parseStrategy(PLACE, JSON.stringify(defaultStrategy()));
    expect(faults).toEqual([]);
    expect(strategy).toEqual({ service: 'shop', rules: [], split: { stable: 100, canary: 0 } });
  });

  it('may say everything at once', () => {
    const document = {
      rules: [
        { users: ['ann'], to: { version: 'canary', strategy: 'new-prices' } },
        { attribute: 'plan', equals: ['beta'], to: CANARY },
        { percent: 12.5, to: { strategy: 'new-prices' } },
      ],
      split: { stable: 95, canary: 5 },
    };
    expect(readStrategy(PLACE, document)).toEqual({
      strategy: { service: 'shop', ...document },
      faults: [],
    });
  });

  it.each([
    [
      'weights over 100',
      { split: { stable: 0, canary: 101 } },
      'shop.split.canary must be a number from 0 to 100',
    ],
    [
      'weights above 100 together',
      { split: { stable: 96, canary: 5 } },
      'shop.split must add up to 100, not to 101',
    ],
    [
      'weights below 100 together',
      { split: { stable: 90, canary: 5 } },
      'shop.split must add up to 100, not to 95',
    ],
    [
      'a third of a hundredth',
      { split: { stable: 99.999, canary: 0.001 } },
      'shop.split.stable must be a number',
    ],
    ['an unknown version in the split', { split: { blue: 100 } }, 'shop.split.blue is not a field here'],
    [
      'an unknown version',
      { rules: [{ users: ['a'], to: { version: 'blue' } }] },
      'shop.rules[0].to.version is no version',
    ],
    [
      'nowhere to go',
      { rules: [{ users: ['a'], to: {} }] },
      'shop.rules[0].to must have a version or a strategy',
    ],
    ['an empty list', { rules: [{ users: [], to: CANARY }] }, 'shop.rules[0].users matches nobody'],
    ['0 percent', { rules: [{ percent: 0, to: CANARY }] }, 'shop.rules[0].percent matches nobody'],
    [
      'two kinds in one rule',
      { rules: [{ users: ['a'], percent: 5, to: CANARY }] },
      'shop.rules[0] must have exactly one of',
    ],
    ['no kind at all', { rules: [{ to: CANARY }] }, 'shop.rules[0] must have exactly one of'],
    ['a field that nobody knows', { rule: [] }, 'shop.rule is not a field here'],
    [
      'values without an attribute',
      { rules: [{ users: ['a'], equals: ['b'], to: CANARY }] },
      'shop.rules[0].equals belongs to',
    ],
    ['users that are no texts', { rules: [{ users: [7], to: CANARY }] }, 'shop.rules[0].users must be texts'],
    [
      'a bad name',
      { rules: [{ percent: 5, to: { strategy: 'A B' } }] },
      'shop.rules[0].to.strategy must be 1 to 32',
    ],
    ['rules that are no list', { rules: {} }, 'shop.rules must be a list of rules'],
  ])('is refused with %s', (_, document, said) => {
    expect(faultsOf(document)[0]).toEqual(expect.stringContaining(said));
  });

  it.each([
    ['a user twice in one rule', [{ users: ['a', 'a'], to: CANARY }], 'shop.rules[0].users is named twice'],
    [
      'a user that an earlier rule takes',
      [
        { users: ['a'], to: CANARY },
        { users: ['a', 'b'], to: { version: 'stable' } },
      ],
      'shop.rules[1].users is named in shop.rules[0] already',
    ],
    [
      'users that an earlier rule takes, every one',
      [
        { users: ['a', 'b'], to: CANARY },
        { users: ['b'], to: { version: 'stable' } },
      ],
      'shop.rules[1] matches nobody: shop.rules[0] takes all of them',
    ],
    [
      'an attribute that an earlier rule takes',
      [
        { attribute: 'plan', equals: ['beta', 'gold'], to: CANARY },
        { attribute: 'plan', equals: ['gold'], to: { version: 'stable' } },
      ],
      'shop.rules[1] matches nobody: shop.rules[0] takes all of them',
    ],
    [
      'a rule behind one for everybody',
      [
        { percent: 100, to: CANARY },
        { users: ['a'], to: { version: 'stable' } },
      ],
      'shop.rules[1] matches nobody: shop.rules[0] takes every user',
    ],
    [
      'a share within an earlier share',
      [
        { percent: 10, to: CANARY },
        { percent: 5, to: CANARY },
      ],
      'shop.rules[1] matches nobody: shop.rules[0] sends the same users, and more, to the same place',
    ],
  ])('is refused with %s', (_, rules, said) => {
    expect(faultsOf({ rules })).toEqual([said]);
  });

  it('lets an attribute stand behind a rule for every user: requests without a user still meet it', () => {
    const rules = [
      { percent: 100, to: CANARY },
      { attribute: 'plan', equals: ['beta'], to: CANARY },
    ];
    expect(faultsOf({ rules })).toEqual([]);
  });

  it('has bounds: of rules, of names and of text', () => {
    const rules = Array.from({ length: RULES_MAX + 1 }, (_, n) => ({ users: [`u${n}`], to: CANARY }));
    expect(faultsOf({ rules })[0]).toContain(`has more than ${RULES_MAX} rules`);
    const users = Array.from({ length: 201 }, (_, n) => `u${n}`);
    expect(faultsOf({ rules: [{ users, to: CANARY }] })[0]).toContain('names more than 200 users');
    expect(parseStrategy(PLACE, `{}${' '.repeat(9000)}`).faults[0]!.rule).toContain(
      'at most 8192 characters',
    );
    expect(parseStrategy(PLACE, 'garbage').faults[0]!.rule).toBe('must be one JSON object');
  });

  it('tells every fault, each with its value and a fix', () => {
    const { faults } = readStrategy(PLACE, {
      rules: [{ users: [], to: { version: 'blue' } }],
      split: { stable: -1, canary: 5 },
    });
    expect(faults).toHaveLength(3);
    for (const { value, fix } of faults) expect([value === undefined, fix === '']).toEqual([false, false]);
  });
});
