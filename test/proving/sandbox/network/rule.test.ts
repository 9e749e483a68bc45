import { describe, expect, it } from 'vitest';
import { effectBetween, type NetworkRule, readRules } from '../../../../proving/sandbox/network/rule.ts';

const DROP = { kind: 'drop' } as const;
const rule = (from: string, to: string, ms?: number): NetworkRule => ({
  from,
  to,
  effect: ms === undefined ? DROP : { kind: 'delay', ms },
});

describe('rules of the network', () => {
  it('leave alone what none of them names', () => {
    expect(effectBetween([], '127.0.0.1', '127.1.1.1')).toBeNull();
    expect(effectBetween([rule('127.0.0.2', '127.1.1.1')], '127.0.0.1', '127.1.1.1')).toBeNull();
    expect(effectBetween([rule('127.0.0.1', '127.1.1.2')], '127.0.0.1', '127.1.1.1')).toBeNull();
  });

  it('hold for the two ends that they name, or for every end', () => {
    for (const one of [rule('127.0.0.1', '127.1.1.1'), rule('*', '127.1.1.1'), rule('127.0.0.1', '*')]) {
      expect(effectBetween([one], '127.0.0.1', '127.1.1.1')).toEqual(DROP);
    }
  });

  it('count in their order: the first that matches', () => {
    const rules = [rule('127.0.0.1', '*', 0), rule('*', '*')];
    expect(effectBetween(rules, '127.0.0.1', '127.1.1.1')).toEqual({ kind: 'delay', ms: 0 });
    expect(effectBetween(rules, '127.0.0.2', '127.1.1.1')).toEqual(DROP);
  });

  it('are taken as they come over the wire', () => {
    const rules = [rule('*', '127.1.1.1', 12.5), rule('127.0.0.1', '*')];
    expect(readRules(JSON.parse(JSON.stringify(rules)))).toEqual(rules);
  });

  it.each([
    ['rules', { from: '*' }],
    ['rules[0].from', [{ ...rule('*', '*'), from: '10.0.0.1' }]],
    ['rules[0].from', [{ ...rule('*', '*'), from: undefined }]],
    ['rules[1].to', [rule('*', '*'), { ...rule('*', '*'), to: '127.0.0.999' }]],
    ['rules[0].effect.kind', [{ ...rule('*', '*'), effect: 'drop' }]],
    ['rules[0].effect.ms', [rule('*', '*', -1)]],
    ['rules[0].effect.ms', [{ ...rule('*', '*'), effect: { kind: 'delay', ms: '10' } }]],
    ['rules[0].effect.ms', [rule('*', '*', 60_001)]],
  ])('fail to be taken when %s is wrong, naming it', (field, rules) => {
    let message = '';
    try {
      readRules(rules);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.startsWith(`${field} = `)).toBe(true);
  });
});
