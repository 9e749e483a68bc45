import { describe, expect, it } from 'vitest';
import { key, stateTable, store } from './harness.ts';

function updated(
  expression: string,
  values: Record<string, unknown> = {},
  before: Record<string, unknown> = {},
): Record<string, unknown> {
  const table = stateTable();
  store(table).put({ Item: { ...key('p'), ...before } });
  store(table).update({
    Key: key('p'),
    UpdateExpression: expression,
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
  });
  const { pk: _, sk: __, ...rest } = table.get(key('p'))!;
  return rest;
}

const LIST = { lst: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] } };

describe('an update', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, unknown>]>([
    ['SET a = :v', { ':v': { N: '1.0' } }, {}, { a: { N: '1' } }],
    ['SET a = b + :v', { ':v': { N: '0.2' } }, { b: { N: '0.1' } }, { a: { N: '0.3' }, b: { N: '0.1' } }],
    ['SET a = a - :v', { ':v': { N: '3' } }, { a: { N: '1' } }, { a: { N: '-2' } }],
    ['SET a = if_not_exists(a, :v) + :v', { ':v': { N: '5' } }, {}, { a: { N: '10' } }],
    ['SET a = if_not_exists(a, :v)', { ':v': { N: '5' } }, { a: { S: 'kept' } }, { a: { S: 'kept' } }],
    ['SET a = b, b = a', {}, { a: { S: '1' }, b: { S: '2' } }, { a: { S: '2' }, b: { S: '1' } }],
    [
      'SET l = list_append(if_not_exists(l, :e), :v)',
      { ':e': { L: [] }, ':v': { L: [{ S: 'x' }] } },
      {},
      { l: { L: [{ S: 'x' }] } },
    ],
    ['SET m.x = :v', { ':v': { S: 'in' } }, { m: { M: {} } }, { m: { M: { x: { S: 'in' } } } }],
    [
      'SET lst[9] = :b, lst[7] = :a',
      { ':a': { N: '7' }, ':b': { N: '9' } },
      { lst: { L: [] } },
      { lst: { L: [{ N: '7' }, { N: '9' }] } },
    ],
    ['REMOVE lst[0], lst[2]', {}, LIST, { lst: { L: [{ N: '1' }] } }],
    ['REMOVE gone SET a = :v', { ':v': { S: 's' } }, { gone: { S: 'x' } }, { a: { S: 's' } }],
    ['remove never', {}, { a: { S: 's' } }, { a: { S: 's' } }],
    ['ADD n :v', { ':v': { N: '2' } }, {}, { n: { N: '2' } }],
    ['ADD n :v', { ':v': { N: '-2' } }, { n: { N: '2' } }, { n: { N: '0' } }],
    ['ADD s :v', { ':v': { SS: ['b', 'c'] } }, { s: { SS: ['a', 'b'] } }, { s: { SS: ['a', 'b', 'c'] } }],
    ['DELETE s :v', { ':v': { SS: ['a'] } }, { s: { SS: ['a', 'b'] } }, { s: { SS: ['b'] } }],
    ['DELETE s :v', { ':v': { SS: ['a', 'b'] } }, { s: { SS: ['a', 'b'] } }, {}],
    ['DELETE s :v', { ':v': { SS: ['a'] } }, {}, {}],
  ])('%s', (expression, values, before, after) => {
    expect(updated(expression, values, before)).toEqual(after);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['SET a = absent', {}, /attribute that does not exist in the item/],
    ['SET a = s + :v', { ':v': { N: '1' } }, /incorrect data type/],
    ['SET a = s + :v', { ':v': { S: '1' } }, /Incorrect operand type.*\+, operand type: S/],
    ['SET absent.x = :v', { ':v': { S: '1' } }, /document path.*invalid for update/],
    ['SET s.x = :v', { ':v': { S: '1' } }, /document path.*invalid for update/],
    ['REMOVE absent.x', {}, /document path.*invalid for update/],
    ['SET a = :v, a.b = :v', { ':v': { S: '1' } }, /paths overlap.*\[a\].*\[a, b\]/],
    ['SET a[0] = :v, a.b = :v', { ':v': { S: '1' } }, /paths conflict/],
    ['SET a = :v SET b = :v', { ':v': { S: '1' } }, /"SET" section can only be used once/],
    ['SET pk = :v', { ':v': { S: '1' } }, /Cannot update attribute pk. This attribute is part of the key/],
    ['ADD a :v', { ':v': { S: '1' } }, /operator: ADD, operand type: STRING/],
    ['ADD s :v', { ':v': { N: '1' } }, /incorrect data type/],
    ['SET a = upper(s)', {}, /Invalid function name; function: upper/],
    ['SET status = :v', { ':v': { S: '1' } }, /reserved keyword; reserved keyword: status/],
    ['SET a :v', { ':v': { S: '1' } }, /Syntax error/],
    ['INSERT a', {}, /Syntax error/],
  ])('%s is refused', (expression, values, message) => {
    expect(() => updated(expression, values, { s: { S: 'text' } })).toThrow(message);
  });

  it('answers what ReturnValues asks for', () => {
    const answers = (['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'] as const).map((wanted) => {
      const table = stateTable();
      store(table).put({ Item: { ...key('p'), a: { N: '1' }, m: { M: { x: { N: '1' }, y: { N: '1' } } } } });
      return store(table).update({
        Key: key('p'),
        UpdateExpression: 'SET m.x = :two, fresh = :two',
        ExpressionAttributeValues: { ':two': { N: '2' } },
        ReturnValues: wanted,
      });
    });
    const [none, allOld, allNew, updatedOld, updatedNew] = answers;
    expect(none).toBeUndefined();
    expect(allOld).toEqual({ ...key('p'), a: { N: '1' }, m: { M: { x: { N: '1' }, y: { N: '1' } } } });
    expect(allNew).toMatchObject({ fresh: { N: '2' }, m: { M: { x: { N: '2' }, y: { N: '1' } } } });
    expect(updatedOld).toEqual({ m: { M: { x: { N: '1' } } } });
    expect(updatedNew).toEqual({ fresh: { N: '2' }, m: { M: { x: { N: '2' } } } });
  });

  it('makes the item where there is none, and refuses one above 400 KB', () => {
    const table = stateTable();
    store(table).update({ Key: key('new') });
    expect(table.get(key('new'))).toEqual(key('new'));
    expect(() =>
      store(table).update({
        Key: key('new'),
        UpdateExpression: 'SET big = :v',
        ExpressionAttributeValues: { ':v': { S: 'x'.repeat(400 * 1024) } },
      }),
    ).toThrow('Item size to update has exceeded the maximum allowed size');
    expect(table.get(key('new'))).toEqual(key('new'));
  });
});
