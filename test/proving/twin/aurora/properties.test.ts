import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterStatus, type Input } from '../../../../proving/twin/aurora/index.ts';
import { Drive, three } from './drive.ts';

const ids = ['one', 'two', 'three'];
const anyInput: fc.Arbitrary<Input | { wait: number }> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('process-exited', 'member-serving', 'promotion-succeeded', 'promotion-failed'),
    member: fc.constantFrom(...ids),
  }) as fc.Arbitrary<Input>,
  fc.record({
    kind: fc.constant('failover-requested'),
    target: fc.option(fc.constantFrom(...ids)),
  }) as fc.Arbitrary<Input>,
  fc.record({ wait: fc.nat(70_000) }),
);

/** From here on every promotion succeeds and every restart serves. */
function mend(drive: Drive): void {
  for (let round = 0; round < 20; round++) {
    const failover = drive.state.failover;
    if (failover?.phase === 'promoting' && !failover.promoted) {
      drive.input({ kind: 'promotion-succeeded', member: failover.target });
    }
    for (const known of drive.state.members) {
      if (known.restart?.phase === 'starting') drive.input({ kind: 'member-serving', member: known.id });
    }
    drive.until(drive.now + 30_000);
  }
}

test('a promoted reader that dies with everybody else before the endpoint has moved gets it when it comes back', () => {
  const drive = three();
  drive.input({ kind: 'failover-requested', target: null });
  drive.input({ kind: 'member-serving', member: 'one' });
  for (const id of ['one', 'three', 'two']) drive.input({ kind: 'process-exited', member: id });
  mend(drive);
  expect(clusterStatus(drive.state)).toBe('available');
  expect(drive.state.endpoint).toBe(drive.state.writer);
});

describe('properties', () => {
  test('I-02: whatever happens, one promotion at a time, and a writer changes by a promotion only', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
        const drive = three();
        let open: string | null = null;
        for (const input of inputs) {
          const before = drive.state.writer;
          const count = drive.effects.length;
          if ('wait' in input) drive.until(drive.now + input.wait);
          else drive.input(input);
          if (!('wait' in input) && input.kind === 'promotion-succeeded' && input.member === open)
            open = null;
          if (!('wait' in input) && input.kind === 'promotion-failed' && input.member === open) open = null;
          for (const { effect } of drive.effects.slice(count)) {
            if (effect.kind !== 'promote') continue;
            expect(open).toBeNull();
            open = effect.target;
          }
          if (before === drive.state.writer) continue;
          const promoted = drive.of('promote').map(({ effect }) => effect.target);
          expect(promoted).toContain(drive.state.writer);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('I-14: once promotions succeed and restarts serve, the cluster is whole again', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 30 }), (inputs) => {
        const drive = three();
        for (const input of inputs) {
          if ('wait' in input) drive.until(drive.now + input.wait);
          else drive.input(input);
        }
        mend(drive);
        expect(clusterStatus(drive.state)).toBe('available');
        expect(drive.state.members.map((known) => known.status)).toEqual([
          'available',
          'available',
          'available',
        ]);
        expect(drive.state.endpoint).toBe(drive.state.writer);
      }),
      { numRuns: 300 },
    );
  });
});
