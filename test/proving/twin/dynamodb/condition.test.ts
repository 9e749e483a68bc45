import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AttributeValue, type Item, parseExpressions } from '../../../../proving/twin/dynamodb/index.ts';
import { holds } from '../../../../proving/twin/dynamodb/expression/index.ts';

const ITEM: Item = {
  n: { N: '5' },
  s: { S: 'hello' },
  b: { B: new Uint8Array([1, 2, 3]) },
  t: { BOOL: true },
  z: { NULL: true },
  ss: { SS: ['a', 'b'] },
  ns: { NS: ['1', '2.5'] },
  l: { L: [{ N: '1' }, { S: 'x' }, { M: { deep: { S: 'd' } } }] },
  m: { M: { k: { S: 'v' } } },
};
const NAMES: Record<string, string> = { '#missing': 'missing', '#dotted': 'a.b' };
const VALUES: Record<string, AttributeValue> = {
  ':five': { N: '5.0' },
  ':six': { N: '6' },
  ':ten': { N: '10' },
  ':s': { S: 'hello' },
  ':he': { S: 'he' },
  ':x': { S: 'x' },
  ':d': { S: 'd' },
  ':one': { N: '1' },
  ':set': { SS: ['b', 'a'] },
  ':true': { BOOL: true },
  ':type': { S: 'M' },
  ':bytes': { B: new Uint8Array([2, 3]) },
  ':start': { B: new Uint8Array([1]) },
};

function used(text: string) {
  const pick = <T>(from: Record<string, T>): Record<string, T> | undefined => {
    const entries = Object.entries(from).filter(([name]) => new RegExp(`${name}(?![A-Za-z0-9_])`).test(text));
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  };
  return {
    ConditionExpression: text,
    ExpressionAttributeNames: pick(NAMES),
    ExpressionAttributeValues: pick(VALUES),
  };
}

const evaluate = (text: string, item: Item = ITEM): boolean =>
  holds(parseExpressions(used(text)).condition!, item);

/** A condition as text and as plain JavaScript. */
interface Node {
  readonly text: string;
  readonly composite: boolean;
  value(item: { n: number | undefined; s: string | undefined }): boolean;
}
const composite = (text: string, value: Node['value']): Node => ({ text, composite: true, value });
const leaf = (text: string, value: Node['value']): Node => ({ text, composite: false, value });
const wrapped = (node: Node): string => (node.composite ? `(${node.text})` : node.text);

const LEAVES: readonly Node[] = [
  leaf('n = :five', ({ n }) => n === 5),
  leaf('n <> :five', ({ n }) => n !== 5),
  leaf('n < :six', ({ n }) => n !== undefined && n < 6),
  leaf('n >= :ten', ({ n }) => n !== undefined && n >= 10),
  leaf('n BETWEEN :five AND :ten', ({ n }) => n !== undefined && n >= 5 && n <= 10),
  leaf('s = :x', ({ s }) => s === 'x'),
  leaf('s IN (:x, :he)', ({ s }) => s === 'x' || s === 'he'),
  leaf('begins_with(s, :he)', ({ s }) => s?.startsWith('he') ?? false),
  leaf('size(s) = :five', ({ s }) => s?.length === 5),
  leaf('attribute_exists(s)', ({ s }) => s !== undefined),
  leaf('attribute_not_exists(n)', ({ n }) => n === undefined),
];

describe('a condition', () => {
  it.each([
    ['n = :five', true],
    ['n <> :five', false],
    ['n < :ten', true],
    ['n > :five', false],
    ['n >= :five AND n <= :five', true],
    ['s = :five', false],
    ['s < :six', false],
    ['#missing = :five', false],
    ['#missing <> :five', true],
    ['#missing < :five', false],
    ['NOT #missing < :five', true],
    ['attribute_exists(n)', true],
    ['attribute_not_exists(#missing)', true],
    ['attribute_exists(m.k) AND attribute_not_exists(m.q)', true],
    ['attribute_exists(l[2].deep)', true],
    ['attribute_exists(l[3])', false],
    ['attribute_not_exists(#dotted)', true],
    ['attribute_type(m, :type)', true],
    ['attribute_type(n, :type)', false],
    ['begins_with(s, :he)', true],
    ['begins_with(n, :he)', false],
    ['begins_with(b, :start)', true],
    ['contains(s, :he)', true],
    ['contains(ss, :x)', false],
    ['contains(ns, :one)', true],
    ['contains(l, :x)', true],
    ['contains(b, :bytes)', true],
    ['ss = :set', true],
    ['t = :true', true],
    ['size(s) = :five', true],
    ['size(l) < :five', true],
    ['size(n) = :five', false],
    ['n BETWEEN :five AND :ten', true],
    ['n BETWEEN :six AND :ten', false],
    ['n IN (:six, :five)', true],
    ['n IN (:six, :ten)', false],
    ['s = :s OR s = :x AND n = :six', true],
    ['(s = :s OR s = :x) AND n = :six', false],
    ['((s = :s) OR n = :six) AND NOT (n = :six)', true],
    ['not s = :x and n = :five', true],
    ['n = n OR s = :s', null],
  ])('%s is %s', (text, expected) => {
    if (expected === null) expect(() => evaluate(text)).toThrow(/must be distinct/);
    else expect(evaluate(text)).toBe(expected);
  });

  it.each([
    ['', /can not be empty/],
    ['n =', /Syntax error; token: "<EOF>"/],
    ['n == :five', /Syntax error/],
    ['n = :five)', /Syntax error/],
    ['n = :five ; drop', /Syntax error; token: ";"/],
    ['state = :five', /reserved keyword; reserved keyword: state/],
    ['n = :nope', /value used in expression is not defined; attribute value: :nope/],
    ['#nope = :five', /name used in the document path is not defined; attribute name: #nope/],
    ['((n = :five))', /redundant parentheses/],
    ['n BETWEEN :ten AND :five', /upper bound to be greater/],
    ['n BETWEEN :five AND :s', /same data type/],
    ['n < :true', /Incorrect operand type.*<, operand type: BOOL/],
    ['begins_with(s, :five)', /Incorrect operand type.*begins_with/],
    ['attribute_type(s, :x)', /Invalid attribute type name/],
    ['attribute_exists(s, :x)', /Incorrect number of operands/],
    ['starts_with(s, :x)', /Invalid function name; function: starts_with/],
    ['attribute_exists(:x)', /requires a document path/],
    ['s = contains(s, :x)', /not allowed to be used this way/],
  ])('%s is refused', (text, message) => {
    expect(() => evaluate(text)).toThrow(message);
  });

  it('refuses names and values that no expression uses', () => {
    const spare = { ...used('n = :five'), ExpressionAttributeNames: { '#spare': 'x' } };
    expect(() => parseExpressions(spare)).toThrow(
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#spare}',
    );
    expect(() =>
      parseExpressions({
        ConditionExpression: 'n = :five',
        ExpressionAttributeValues: { ':five': { N: '5' }, ':spare': { N: '1' } },
      }),
    ).toThrow('Value provided in ExpressionAttributeValues unused in expressions: keys: {:spare}');
    expect(() => parseExpressions({ ExpressionAttributeValues: { ':v': { N: '1' } } })).toThrow(
      /can only be specified when using expressions/,
    );
  });

  it('agrees with a model that knows only JavaScript', () => {
    const { node } = fc.letrec<{ node: Node }>((tie) => {
      const pair = fc.tuple(tie('node'), tie('node'));
      return {
        node: fc.oneof(
          { depthSize: 'small' },
          fc.constantFrom(...LEAVES),
          tie('node').map((a) => composite(`NOT ${wrapped(a)}`, (item) => !a.value(item))),
          pair.map(([a, b]) =>
            composite(`${wrapped(a)} OR ${wrapped(b)}`, (item) => a.value(item) || b.value(item)),
          ),
          pair.map(([a, b]) =>
            composite(`${wrapped(a)} AND ${wrapped(b)}`, (item) => a.value(item) && b.value(item)),
          ),
        ),
      };
    });
    fc.assert(
      fc.property(
        node,
        fc.option(fc.integer({ min: 3, max: 12 }), { nil: undefined }),
        fc.option(fc.constantFrom('x', 'he', 'hello', ''), { nil: undefined }),
        (condition, n, s) => {
          const item: Item = {
            ...(n === undefined ? {} : { n: { N: String(n) } }),
            ...(s === undefined ? {} : { s: { S: s } }),
          };
          expect(evaluate(condition.text, item)).toBe(condition.value({ n, s }));
        },
      ),
      { numRuns: 300 },
    );
  });
});
