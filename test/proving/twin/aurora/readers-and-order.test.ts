import { describe, expect, test } from 'vitest';
import {
  customTargets,
  endpointTtlS,
  readerTargets,
  rejectFailover,
  sizeRank,
} from '../../../../proving/twin/aurora/index.ts';
import { Drive, three } from './drive.ts';

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
