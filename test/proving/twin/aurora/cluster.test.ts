import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AWS_TIMINGS,
  type ClusterState,
  clusterStatus,
  customTargets,
  type Effect,
  endpointTtlS,
  type Input,
  member,
  newCluster,
  nextDueAt,
  readerTargets,
  rejectFailover,
  sizeRank,
  transition,
} from '../../../../proving/twin/aurora/index.ts';

/** Drives the machine as the sandbox does: every due tick runs before time goes on. */
class Drive {
  state: ClusterState = newCluster('demo');
  now = 0;
  readonly effects: { at: number; effect: Effect }[] = [];

  input(input: Input): void {
    const next = transition(this.state, input, { now: this.now, timings: AWS_TIMINGS });
    this.state = next.state;
    for (const effect of next.effects) this.effects.push({ at: this.now, effect });
  }

  until(at: number): void {
    for (let ticks = 0; ; ticks++) {
      // A machine that asks for ticks without end would keep the sandbox busy.
      expect(ticks).toBeLessThan(100);
      const due = nextDueAt(this.state);
      if (due === null || due > at) break;
      this.now = Math.max(this.now, due);
      this.input({ kind: 'tick' });
    }
    this.now = at;
  }

  add(id: string, az: string, promotionTier = 1, instanceClass = 'db.r8g.large'): void {
    this.input({ kind: 'member-added', member: { id, az, promotionTier, instanceClass } });
    this.input({ kind: 'member-serving', member: id });
  }

  of(kind: Effect['kind']): { at: number; effect: any }[] {
    return this.effects.filter(({ effect }) => effect.kind === kind);
  }

  events(): string[] {
    return this.of('event').map(({ effect }) => effect.event.id.slice(-4));
  }
}

function three(): Drive {
  const drive = new Drive();
  drive.add('one', 'a', 0);
  drive.add('two', 'b', 2);
  drive.add('three', 'c', 1);
  drive.effects.length = 0;
  return drive;
}

describe('a writer that dies', () => {
  test('is noticed, the best reader is promoted, the endpoint moves last: under 30 s in all', () => {
    const drive = three();
    drive.input({ kind: 'process-exited', member: 'one' });
    drive.until(9_999);
    expect(clusterStatus(drive.state)).toBe('available');
    expect(drive.effects).toEqual([]);
    drive.until(10_000);
    expect(clusterStatus(drive.state)).toBe('failing-over');
    expect(drive.of('promote')[0]?.effect).toMatchObject({ target: 'three', from: 'one' });
    drive.now = 10_300;
    drive.input({ kind: 'promotion-succeeded', member: 'three' });
    expect(drive.state.writer).toBe('one');
    drive.until(16_000);
    expect(drive.state.writer).toBe('three');
    expect(drive.state.endpoint).toBe('one');
    expect(drive.of('serve')).toHaveLength(1);
    drive.until(24_000);
    expect(drive.state.endpoint).toBe('three');
    expect(clusterStatus(drive.state)).toBe('available');
    expect(drive.events()).toEqual(['0073', '0071']);
  });

  test('comes back a minute later as a reader, from a copy: its own tail may be unacknowledged', () => {
    const drive = three();
    drive.input({ kind: 'process-exited', member: 'one' });
    drive.until(10_000);
    drive.input({ kind: 'promotion-succeeded', member: 'three' });
    drive.until(60_000);
    expect(drive.of('restart')).toEqual([
      { at: 60_000, effect: { kind: 'restart', member: 'one', source: 'storage-copy', role: 'reader' } },
    ]);
    expect(member(drive.state, 'one')?.status).toBe('rebooting');
    drive.input({ kind: 'member-serving', member: 'one' });
    expect(member(drive.state, 'one')?.status).toBe('available');
    expect(drive.events()).toEqual(['0073', '0071', '0006']);
  });

  test('without any reader is restarted in place, and a reader that returns first takes over', () => {
    const alone = new Drive();
    alone.add('one', 'a');
    alone.input({ kind: 'process-exited', member: 'one' });
    alone.until(60_000);
    expect(alone.of('restart')[0]?.effect).toMatchObject({ source: 'own-data', role: 'writer' });

    const drive = three();
    for (const id of ['two', 'three', 'one']) drive.input({ kind: 'process-exited', member: id });
    drive.until(30_000);
    expect(drive.of('promote')).toEqual([]);
    drive.until(59_999);
    drive.input({ kind: 'member-serving', member: 'two' });
    expect(drive.of('promote')[0]?.effect).toMatchObject({ target: 'two', from: 'one' });
    drive.until(60_000);
    expect(drive.of('restart').filter(({ effect }) => effect.member === 'one')).toEqual([]);
    drive.input({ kind: 'promotion-succeeded', member: 'two' });
    drive.until(70_000);
    const [back] = drive.of('restart').filter(({ effect }) => effect.member === 'one');
    expect(back?.effect).toMatchObject({ source: 'storage-copy', role: 'reader' });
  });

  test('in the same zone as its successor is told as such', () => {
    const drive = new Drive();
    drive.add('one', 'a');
    drive.add('two', 'a');
    drive.input({ kind: 'process-exited', member: 'one' });
    drive.until(10_000);
    expect(drive.events()).toContain('0072');
  });
});

describe('a promotion that fails', () => {
  test('goes on with the next reader, and with none left takes the previous writer again', () => {
    const drive = three();
    drive.input({ kind: 'failover-requested', target: 'two' });
    drive.input({ kind: 'promotion-failed', member: 'two' });
    expect(drive.of('promote').map(({ effect }) => effect.target)).toEqual(['two', 'three']);
    drive.input({ kind: 'promotion-failed', member: 'three' });
    expect(drive.events()).toEqual(['0073', '0073', '0069', '0070']);
    expect(drive.of('restart')[0]?.effect).toMatchObject({
      member: 'one',
      source: 'own-data',
      role: 'writer',
    });
    expect(clusterStatus(drive.state)).toBe('failing-over');
    drive.input({ kind: 'member-serving', member: 'one' });
    expect(clusterStatus(drive.state)).toBe('available');
    expect(drive.state.writer).toBe('one');
  });

  test('a target that dies after its promotion is failed over in its turn', () => {
    const drive = three();
    drive.input({ kind: 'failover-requested', target: null });
    drive.input({ kind: 'promotion-succeeded', member: 'three' });
    drive.input({ kind: 'process-exited', member: 'three' });
    drive.until(10_000);
    expect(drive.of('serve')).toEqual([]);
    expect(drive.of('promote').map(({ effect }) => [effect.from, effect.target])).toEqual([
      ['one', 'three'],
      ['three', 'two'],
    ]);
  });
});

describe('a reader that dies', () => {
  test('leaves the reader endpoint when it is noticed and returns after a minute, on its own data', () => {
    const drive = three();
    drive.input({ kind: 'process-exited', member: 'two' });
    drive.until(9_000);
    expect(readerTargets(drive.state)).toEqual(['two', 'three']);
    drive.until(10_000);
    expect(readerTargets(drive.state)).toEqual(['three']);
    drive.until(60_000);
    expect(drive.of('restart')[0]).toEqual({
      at: 60_000,
      effect: { kind: 'restart', member: 'two', source: 'own-data', role: 'reader' },
    });
    drive.input({ kind: 'member-serving', member: 'two' });
    expect(readerTargets(drive.state)).toEqual(['two', 'three']);
    expect(drive.of('promote')).toEqual([]);
  });

  test('while a copy is being made for it, it is copied anew: half a copy is no data', () => {
    const drive = three();
    drive.input({ kind: 'failover-requested', target: 'two' });
    drive.input({ kind: 'promotion-succeeded', member: 'two' });
    drive.until(30_000);
    drive.input({ kind: 'process-exited', member: 'one' });
    drive.until(90_000);
    expect(drive.of('restart').map(({ effect }) => effect.source)).toEqual(['storage-copy', 'storage-copy']);
  });
});

describe('FailoverDBCluster', () => {
  test('is refused without readers, while failing over, and for a target that cannot be', () => {
    const alone = new Drive();
    alone.add('one', 'a');
    expect(rejectFailover(alone.state, null)?.fault).toBe('InvalidDBClusterStateFault');
    const drive = three();
    expect(rejectFailover(drive.state, 'none')?.fault).toBe('DBInstanceNotFound');
    expect(rejectFailover(drive.state, 'one')?.fault).toBe('InvalidDBInstanceState');
    expect(rejectFailover(drive.state, 'two')).toBeNull();
    drive.input({ kind: 'process-exited', member: 'two' });
    drive.until(10_000);
    expect(rejectFailover(drive.state, 'two')?.fault).toBe('InvalidDBInstanceState');
    drive.input({ kind: 'failover-requested', target: null });
    expect(rejectFailover(drive.state, null)?.fault).toBe('InvalidDBClusterStateFault');
  });

  test('a hang alone changes nothing: without an input no time brings a failover', () => {
    const drive = three();
    drive.until(86_400_000);
    expect(drive.effects).toEqual([]);
  });
});

describe('order and names', () => {
  test('size ranks by class; tiers come first, then size, then id', () => {
    const classes = ['db.t4g.medium', 'db.r8g.large', 'db.r8g.xlarge', 'db.r8g.2xlarge', 'db.r8g.16xlarge'];
    const ranks = classes.map(sizeRank);
    expect(ranks.every((rank, at) => at === 0 || rank > (ranks[at - 1] ?? 0))).toBe(true);
    const drive = new Drive();
    drive.add('writer', 'a');
    drive.add('b', 'b', 1, 'db.r8g.large');
    drive.add('c', 'b', 1, 'db.r8g.2xlarge');
    drive.add('d', 'b', 1, 'db.r8g.2xlarge');
    drive.input({ kind: 'failover-requested', target: null });
    expect(drive.of('promote')[0]?.effect.target).toBe('c');
  });

  test('a promoted reader leaves a READER endpoint by itself; a static list is honoured', () => {
    const drive = three();
    const endpoint = { id: 'e', type: 'READER', staticMembers: [], excludedMembers: ['two'] } as const;
    expect(customTargets(drive.state, endpoint)).toEqual(['three']);
    drive.input({ kind: 'failover-requested', target: 'three' });
    drive.input({ kind: 'promotion-succeeded', member: 'three' });
    drive.until(6_000);
    expect(customTargets(drive.state, endpoint)).toEqual([]);
    expect(customTargets(drive.state, { ...endpoint, excludedMembers: [], staticMembers: ['two'] })).toEqual([
      'two',
    ]);
  });

  test('the endpoint’s TTL is 5 s at AWS’s pace and 1 s at the fast one', () => {
    expect(endpointTtlS((ms) => ms)).toBe(5);
    expect(endpointTtlS((ms) => ms / 10)).toBe(1);
  });
});

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
