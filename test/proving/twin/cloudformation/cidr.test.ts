import * as fc from 'fast-check';
import { BlockList } from 'node:net';
import { describe, expect, test } from 'vitest';
import { cutBlock } from '../../../../proving/twin/cloudformation/index.ts';

describe('cutting an address block', () => {
  test.each([
    ['10.0.0.0/16', 3, 8, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
    ['192.168.7.9/24', 2, 5, ['192.168.7.0/27', '192.168.7.32/27']],
    ['2001:db8::/56', 2, 64, ['2001:db8::/64', '2001:db8:0:1::/64']],
  ])('%s into %i of %i bits', (block, count, bits, expected) => {
    expect(cutBlock(block, count, bits)).toEqual(expected);
  });

  test.each([
    ['10.0.0/16', 1, 8, /no address block/],
    ['10.0.0.256/16', 1, 8, /no address block/],
    ['10.0.0.0/33', 1, 8, /no address block/],
    ['10.0.0.0', 1, 8, /no address block/],
    ['1::2::3/64', 1, 8, /no address block/],
    ['10.0.0.0/16', 0, 8, /count 0/],
    ['10.0.0.0/16', 257, 4, /count 257/],
    ['10.0.0.0/30', 2, 2, /cannot hold/],
  ])('fails for %s, %i, %i', (block, count, bits, message) => {
    expect(() => cutBlock(block, count, bits)).toThrow(message);
  });

  test('the blocks lie in the block and do not overlap', () => {
    const input = fc.record({
      address: fc.ipV4(),
      length: fc.integer({ min: 8, max: 22 }),
      bits: fc.integer({ min: 2, max: 6 }),
      count: fc.integer({ min: 1, max: 16 }),
    });
    fc.assert(
      fc.property(input, ({ address, length, bits, count }) => {
        const blocks = cutBlock(`${address}/${length}`, count, bits);
        const whole = new BlockList();
        whole.addSubnet(address, length, 'ipv4');
        const starts = blocks.map((block) => block.split('/')[0]!);
        expect(starts.every((start) => whole.check(start))).toBe(true);
        for (const [index, block] of blocks.entries()) {
          const one = new BlockList();
          one.addSubnet(starts[index]!, Number(block.split('/')[1]), 'ipv4');
          expect(starts.filter((start) => one.check(start))).toEqual([starts[index]]);
        }
      }),
      { numRuns: 50 },
    );
  });
});
