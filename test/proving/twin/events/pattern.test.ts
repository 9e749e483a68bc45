import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../../proving/twin/events/index.ts';

const EVENT = {
  version: '0',
  source: 'aws.rds',
  'detail-type': 'RDS DB Cluster Event',
  resources: ['arn:aws:rds:eu-west-1:111122223333:cluster:demo'],
  detail: {
    EventID: 'RDS-EVENT-0071',
    Message: 'Completed failover to DB instance: demo-2',
    count: 3,
    ratio: 0.5,
    ok: true,
    nothing: null,
    empty: [],
    address: '10.2.3.4',
    v6: '2001:db8::1',
    path: 'dir/sub/image.PNG',
    tags: ['blue', 'green'],
    nested: { deep: { leaf: 'x' } },
    items: [
      { name: 'one', size: 1 },
      { name: 'two', size: 2 },
    ],
  },
};

const detail = (pattern: unknown): unknown => ({ detail: pattern });

describe('an event pattern', () => {
  it.each<[string, unknown, boolean]>([
    ['equal text', { source: ['aws.rds'] }, true],
    ['other text', { source: ['aws.ec2'] }, false],
    ['one of a list', { source: ['aws.ec2', 'aws.rds'] }, true],
    ['all fields must match', { source: ['aws.rds'], 'detail-type': ['other'] }, false],
    ['a number', detail({ count: [3] }), true],
    ['a number is no text', detail({ count: ['3'] }), false],
    ['a boolean', detail({ ok: [true] }), true],
    ['null', detail({ nothing: [null] }), true],
    ['null is not absent', detail({ missing: [null] }), false],
    ['prefix', detail({ EventID: [{ prefix: 'RDS-EVENT-00' }] }), true],
    ['prefix of another', detail({ EventID: [{ prefix: 'rds' }] }), false],
    ['prefix ignoring case', detail({ EventID: [{ prefix: { 'equals-ignore-case': 'rds-' } }] }), true],
    ['suffix', detail({ EventID: [{ suffix: '71' }] }), true],
    ['suffix ignoring case', detail({ path: [{ suffix: { 'equals-ignore-case': '.png' } }] }), true],
    ['suffix minding case', detail({ path: [{ suffix: '.png' }] }), false],
    ['equals ignoring case', { source: [{ 'equals-ignore-case': 'AWS.RDS' }] }, true],
    ['wildcard', detail({ path: [{ wildcard: 'dir/*/*.PNG' }] }), true],
    ['wildcard within', detail({ Message: [{ wildcard: '*failover*demo-2' }] }), true],
    ['wildcard that fails', detail({ path: [{ wildcard: 'dir/*.png' }] }), false],
    ['wildcard needs both ends', detail({ EventID: [{ wildcard: 'RDS-EVENT-0071*0071' }] }), false],
    ['anything but text', detail({ EventID: [{ 'anything-but': 'RDS-EVENT-0069' }] }), true],
    ['anything but itself', detail({ EventID: [{ 'anything-but': 'RDS-EVENT-0071' }] }), false],
    ['anything but a list', detail({ count: [{ 'anything-but': [1, 2] }] }), true],
    ['anything but a list with it', detail({ count: [{ 'anything-but': [2, 3] }] }), false],
    ['anything but, of an absent field', detail({ missing: [{ 'anything-but': 'x' }] }), false],
    ['anything but a prefix', detail({ EventID: [{ 'anything-but': { prefix: 'EC2' } }] }), true],
    ['anything but its prefix', detail({ EventID: [{ 'anything-but': { prefix: 'RDS' } }] }), false],
    ['anything but prefixes', detail({ EventID: [{ 'anything-but': { prefix: ['EC2', 'RDS'] } }] }), false],
    ['anything but a suffix', detail({ path: [{ 'anything-but': { suffix: '.PNG' } }] }), false],
    [
      'anything but, ignoring case',
      { source: [{ 'anything-but': { 'equals-ignore-case': 'AWS.RDS' } }] },
      false,
    ],
    ['anything but a wildcard', detail({ path: [{ 'anything-but': { wildcard: '*/sub/*' } }] }), false],
    ['numeric equal', detail({ count: [{ numeric: ['=', 3] }] }), true],
    ['numeric range', detail({ count: [{ numeric: ['>', 0, '<=', 3] }] }), true],
    ['numeric outside', detail({ ratio: [{ numeric: ['<', 0.5] }] }), false],
    ['numeric of a text', detail({ EventID: [{ numeric: ['>', 0] }] }), false],
    ['exists', detail({ count: [{ exists: true }] }), true],
    ['exists not', detail({ missing: [{ exists: false }] }), true],
    ['exists not, parent absent', { other: { field: [{ exists: false }] } }, true],
    ['exists is about leaves', detail({ nested: [{ exists: true }] }), false],
    ['an empty list has no leaf', detail({ empty: [{ exists: false }] }), true],
    ['cidr', detail({ address: [{ cidr: '10.0.0.0/8' }] }), true],
    ['cidr outside', detail({ address: [{ cidr: '10.3.0.0/16' }] }), false],
    ['cidr v6', detail({ v6: [{ cidr: '2001:db8::/32' }] }), true],
    ['cidr of the other family', detail({ v6: [{ cidr: '10.0.0.0/8' }] }), false],
    ['an element of a list', detail({ tags: ['green'] }), true],
    ['no element of a list', detail({ tags: ['red'] }), false],
    ['anything but, of a list with others', detail({ tags: [{ 'anything-but': 'blue' }] }), true],
    ['nested', detail({ nested: { deep: { leaf: ['x'] } } }), true],
    ['objects in a list', detail({ items: { name: ['two'], size: [2] } }), true],
    ['objects in a list, not mixed', detail({ items: { name: ['one'], size: [2] } }), false],
    ['$or, first', { $or: [{ source: ['aws.rds'] }, { source: ['x'] }] }, true],
    ['$or, nested', detail({ $or: [{ count: [9] }, { ok: [true] }] }), true],
    ['$or, none', { $or: [{ source: ['y'] }, { source: ['x'] }] }, false],
    ['$or and a sibling', { version: ['1'], $or: [{ source: ['aws.rds'] }, { source: ['x'] }] }, false],
    ['mixed list', detail({ EventID: ['other', { prefix: 'RDS' }] }), true],
  ])('%s', (_, pattern, expected) => {
    expect(compilePattern(pattern)(EVENT)).toBe(expected);
    expect(compilePattern(JSON.stringify(pattern))(EVENT)).toBe(expected);
  });

  it.each<[unknown, RegExp]>([
    ['not json', /not valid JSON/],
    [[], /not an object/],
    [{}, /Empty objects/],
    [{ source: [] }, /Empty arrays/],
    [{ source: 'aws.rds' }, /"source" must be an object or an array/],
    [{ source: [{ prefix: 1 }] }, /prefix match pattern must be a string/],
    [{ source: [{ prefix: 'a', suffix: 'b' }] }, /Only one key/],
    [{ source: [{ like: 'a' }] }, /Unrecognized match type like/],
    [{ n: [{ numeric: ['>'] }] }, /one or two comparisons/],
    [{ n: [{ numeric: ['!', 1] }] }, /numeric range operator/],
    [{ n: [{ numeric: ['>', '1'] }] }, /must be a number/],
    [{ n: [{ exists: 'yes' }] }, /true or false/],
    [{ n: [{ cidr: '10.0.0.0/33' }] }, /Malformed CIDR/],
    [{ n: [{ wildcard: 'a**b' }] }, /Consecutive wildcard/],
    [{ n: [{ wildcard: 'a\\b' }] }, /escape/],
    [{ n: [{ 'anything-but': { numeric: ['>', 1] } }] }, /Unsupported anything-but/],
    [{ $or: [{ a: [1] }] }, /at least two/],
  ])('%j is refused', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(message);
  });

  it('takes a star literally where it is escaped', () => {
    const matches = compilePattern({ a: [{ wildcard: 'x\\**' }] });
    expect(matches({ a: 'x*y' })).toBe(true);
    expect(matches({ a: 'xy' })).toBe(false);
  });
});
