import { describe, expect, test } from 'vitest';
import { clusterStatus, member } from '../../../../proving/twin/aurora/index.ts';
import { Drive, three } from './drive.ts';

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
