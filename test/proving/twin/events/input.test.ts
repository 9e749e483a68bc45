import { describe, expect, it } from 'vitest';
import { type Event, type InputRules, targetInput } from '../../../../proving/twin/events/index.ts';

const EVENT: Event = {
  version: '0',
  id: 'id-1',
  'detail-type': 'T',
  source: 'test',
  account: '000000000000',
  time: '2026-11-22T11:00:00Z',
  region: 'eu-west-1',
  resources: ['r0', 'r1'],
  detail: { name: 'say "hi"', count: 3, list: [{ id: 'first' }], deep: { x: [1, 2] } },
};
const CONTEXT = { ruleArn: 'arn:rule', ruleName: 'rule', ingestionTime: '2026-11-22T11:00:01Z' };
const input = (rules: InputRules): unknown => targetInput(rules, EVENT, CONTEXT);
const filled = (template: string, paths: Record<string, string> = {}): unknown =>
  input({ transformer: { paths, template } });

describe("a target's input", () => {
  it('is the event, a constant, or a part of the event', () => {
    expect(input({})).toBe(EVENT);
    expect(input({ input: '{"wake":true}' })).toEqual({ wake: true });
    expect(input({ input: 'plain' })).toBe('plain');
    expect(input({ inputPath: '$.detail.list[0].id' })).toBe('first');
    expect(input({ inputPath: '$' })).toBe(EVENT);
    expect(input({ inputPath: '$.detail.nothing' })).toBeNull();
  });

  it('is a template with values as JSON outside quotes and as text within', () => {
    const paths = { n: '$.detail.name', c: '$.detail.count', d: '$.detail.deep', r: '$.resources[1]' };
    expect(filled('{"name":<n>,"said":"<n> <c>","count":<c>,"deep":<d>,"r":"<r>"}', paths)).toEqual({
      name: 'say "hi"',
      said: 'say "hi" 3',
      count: 3,
      deep: { x: [1, 2] },
      r: 'r1',
    });
    expect(filled('"<c> of <d>"', paths)).toBe('3 of {"x":[1,2]}');
  });

  it('knows the reserved variables, and leaves what is no variable alone', () => {
    expect(
      filled(
        '{"rule":<aws.events.rule-arn>,"name":"<aws.events.rule-name>","all":<aws.events.event>,"x":"<y>"}',
      ),
    ).toEqual({ rule: 'arn:rule', name: 'rule', all: EVENT, x: '<y>' });
  });

  it('has null or nothing for what the event does not have', () => {
    expect(filled('{"a":<gone>,"b":"[<gone>]"}', { gone: '$.detail.gone' })).toEqual({ a: null, b: '[]' });
  });
});
