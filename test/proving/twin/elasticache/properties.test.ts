import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupStatus, type Input } from '../../../../proving/twin/elasticache/index.ts';
import { Drive, idOf } from './drive.ts';

const NODES = 3;
const node = fc.constantFrom(...Array.from({ length: NODES }, (_, index) => idOf(index + 1)));
const anyInput: fc.Arbitrary<Input | { wait: number }> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      'process-exited',
      'node-serving',
      'reboot-requested',
      'restarted-outside',
      'primary-requested',
      'promotion-succeeded',
      'promotion-failed',
    ),
    node,
  }) as fc.Arbitrary<Input>,
  fc.constant<Input>({ kind: 'test-failover-requested' }),
  fc.record({
    kind: fc.constant('automatic-failover-changed'),
    enabled: fc.boolean(),
  }) as fc.Arbitrary<Input>,
  fc.record({ wait: fc.nat(130_000) }),
);

function run(
  drive: Drive,
  inputs: readonly (Input | { wait: number })[],
  after: () => void = () => undefined,
) {
  for (const input of inputs) {
    if ('wait' in input) drive.wait(input.wait);
    else drive.input(input);
    after();
  }
}

/** From here on every promotion succeeds and every start serves. */
function mend(drive: Drive): void {
  for (let round = 0; round < 20; round++) {
    const { failover, nodes } = drive.state;
    if (failover?.phase === 'promoting' && !failover.promoted) {
      drive.input({ kind: 'promotion-succeeded', node: failover.target });
    }
    for (const { id, recovery } of nodes) {
      if (recovery?.phase === 'starting') drive.input({ kind: 'node-serving', node: id });
    }
    drive.wait(60_000);
  }
}

test('I-02: whatever happens, one promotion at a time, and the primary changes by a promotion only', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 60 }), fc.boolean(), (inputs, automatic) => {
      const drive = new Drive(NODES, automatic);
      let before = drive.state.primary;
      run(drive, inputs, () => {
        if (drive.state.primary !== before) {
          const promoted = drive.of('promote').map(({ effect }) => effect.target);
          expect(promoted).toContain(drive.state.primary);
        }
        before = drive.state.primary;
        const target = drive.state.failover?.target;
        if (target !== undefined) expect(drive.of('promote').at(-1)!.effect.target).toBe(target);
      });
    }),
    { numRuns: 400 },
  );
});

test('I-14: once promotions succeed and starts serve, every node is available and the endpoint names the primary', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 40 }), fc.boolean(), (inputs, automatic) => {
      const drive = new Drive(NODES, automatic);
      run(drive, inputs);
      mend(drive);
      expect(groupStatus(drive.state)).toBe('available');
      expect(drive.state.endpoint).toBe(drive.state.primary);
      expect(drive.state.nodes.every(({ recovery }) => recovery === null)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('a replica that starts copies somebody else, and only the primary starts as the primary', () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 60 }), fc.boolean(), (inputs, automatic) => {
      const drive = new Drive(NODES, automatic);
      let seen = 0;
      run(drive, inputs, () => {
        const { primary } = drive.state;
        for (const { effect } of drive.effects.slice(seen)) {
          if (effect.kind !== 'start') continue;
          expect(effect.copies).not.toBe(effect.node);
          if (effect.role === 'replica') expect(effect.copies).not.toBe(null);
          if (drive.state.failover === null && effect.role === 'primary') expect(effect.node).toBe(primary);
        }
        seen = drive.effects.length;
      });
    }),
    { numRuns: 400 },
  );
});
