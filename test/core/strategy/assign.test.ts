import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, type Strategy, type StrategyRule } from '../../../core/strategy/index.ts';

const USERS = Array.from({ length: 20_000 }, (_, n) => `user-${n}`);
const strategyOf = (over: Partial<Strategy>): Strategy => ({
  service: 'shop',
  rules: [],
  split: { stable: 100, canary: 0 },
  ...over,
});
const sent = (strategy: Strategy): Set<string> =>
  new Set(USERS.filter((user) => assign(strategy, { user }).version === 'canary'));
const share = (users: ReadonlySet<string>): number => (100 * users.size) / USERS.length;

describe('who gets which version', () => {
  it('is decided by the first rule that matches, and else by the split', () => {
    const rules: StrategyRule[] = [
      { users: ['ann'], to: { version: 'canary', strategy: 'a' } },
      { attribute: 'plan', equals: ['beta'], to: { version: 'canary' } },
      { users: ['bob'], to: { strategy: 'b' } },
    ];
    const strategy = strategyOf({ rules });
    const attributes = { plan: 'beta' };
    expect(assign(strategy, { user: 'ann', attributes })).toEqual({
      version: 'canary',
      strategy: 'a',
      rule: 0,
    });
    expect(assign(strategy, { user: 'eve', attributes })).toEqual({
      version: 'canary',
      strategy: null,
      rule: 1,
    });
    expect(assign(strategy, { user: 'bob' })).toEqual({ version: 'stable', strategy: 'b', rule: 2 });
    expect(assign(strategy, { user: 'eve' })).toEqual({ version: 'stable', strategy: null, rule: null });
  });

  it('is stable for a request without a user, unless an attribute matches', () => {
    const rules: StrategyRule[] = [
      { percent: 100, to: { version: 'canary' } },
      { attribute: 'plan', equals: ['beta'], to: { version: 'canary' } },
    ];
    const split = { stable: 0, canary: 100 };
    expect(assign(strategyOf({ rules, split }), { user: null }).version).toBe('stable');
    expect(assign(strategyOf({ rules }), { user: null, attributes: { plan: 'beta' } }).version).toBe(
      'canary',
    );
  });

  it('is not decided by what every object has', () => {
    const rules: StrategyRule[] = [{ attribute: 'constructor', equals: ['x'], to: { version: 'canary' } }];
    expect(assign(strategyOf({ rules }), { user: 'ann', attributes: {} }).version).toBe('stable');
  });

  it.each([1, 5, 50, 99])('%i percent is about as many, by a rule and by the split', (percent) => {
    const byRule = sent(strategyOf({ rules: [{ percent, to: { version: 'canary' } }] }));
    const bySplit = sent(strategyOf({ split: { stable: 100 - percent, canary: percent } }));
    for (const users of [byRule, bySplit]) expect(Math.abs(share(users) - percent)).toBeLessThan(1.5);
  });

  it('is the same in every process: known users have known answers', () => {
    const strategy = strategyOf({ split: { stable: 50, canary: 50 } });
    const answers = USERS.slice(0, 12).map((user) => assign(strategy, { user }).version[0]);
    expect(answers.join('')).toBe('ccsssscssscc');
  });

  it('never moves a user back when a percentage is raised', () => {
    const percents = fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 10_000 }));
    fc.assert(
      fc.property(percents, fc.string({ minLength: 1 }), ([one, other], user) => {
        const [low, high] = [Math.min(one, other) / 100, Math.max(one, other) / 100];
        const versionAt = (canary: number): string =>
          assign(strategyOf({ split: { stable: 100 - canary, canary } }), { user }).version;
        return versionAt(low) === 'stable' || versionAt(high) === 'canary';
      }),
    );
  });

  it('chooses independently for another service, another destination, and the split', () => {
    const half = { percent: 50, to: { version: 'canary' as const } };
    const sets = [
      sent(strategyOf({ rules: [half] })),
      sent(strategyOf({ service: 'stock', rules: [half] })),
      sent(strategyOf({ rules: [{ percent: 50, to: { version: 'canary', strategy: 'x' } }] })),
      sent(strategyOf({ split: { stable: 50, canary: 50 } })),
    ];
    for (const [n, one] of sets.entries()) {
      for (const other of sets.slice(n + 1)) {
        const both = new Set([...one].filter((user) => other.has(user)));
        expect(Math.abs(share(both) - 25)).toBeLessThan(1.5);
      }
    }
  });

  it('moves nobody when a rule with another destination is put before it', () => {
    const rule: StrategyRule = { percent: 20, to: { version: 'canary' } };
    const before = sent(strategyOf({ rules: [rule] }));
    const after = sent(strategyOf({ rules: [{ users: ['user-1'], to: { version: 'stable' } }, rule] }));
    before.delete('user-1');
    expect(after).toEqual(before);
  });
});
