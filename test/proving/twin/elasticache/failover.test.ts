import { describe, expect, test } from 'vitest';
import {
  groupNames,
  groupStatus,
  nodeName,
  readerTargets,
  rejectPrimary,
  rejectReboot,
  rejectTestFailover,
  shortRegion,
} from '../../../../proving/twin/elasticache/index.ts';
import { Drive, idOf } from './drive.ts';

const [ONE, TWO, THREE] = [idOf(1), idOf(2), idOf(3)];
const COMPLETED = `Failover from primary node ${ONE} to replica node ${TWO} completed`;

describe('a primary with a replica', () => {
  test('that dies: noticed, promoted, endpoint moved, old one back as a copy', () => {
    const drive = new Drive(2, true);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(10_000);
    expect(drive.of('promote')).toEqual([
      { at: 10_000, effect: { kind: 'promote', target: TWO, from: ONE, keep: false } },
    ]);
    drive.input({ kind: 'promotion-succeeded', node: TWO });
    drive.wait(2_999);
    expect(drive.state.primary).toBe(ONE);
    drive.wait(1);
    expect([drive.state.primary, drive.state.endpoint]).toEqual([TWO, ONE]);
    drive.wait(5_000);
    expect([drive.state.endpoint, drive.state.failover]).toEqual([TWO, null]);
    expect(drive.messages.slice(-2)).toEqual([`${TWO}: ${COMPLETED}`, `g: ${COMPLETED}`]);
    drive.wait(200_000);
    expect(drive.of('start')).toEqual([
      { at: 120_000, effect: { kind: 'start', node: ONE, cause: 'death', role: 'replica', copies: TWO } },
    ]);
  });

  test('takes the next replica when a promotion fails, and comes back itself when none is left', () => {
    const drive = new Drive(3, true);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(10_000);
    drive.input({ kind: 'process-exited', node: TWO });
    drive.input({ kind: 'promotion-failed', node: TWO });
    drive.input({ kind: 'process-exited', node: THREE });
    drive.input({ kind: 'promotion-failed', node: THREE });
    expect(drive.of('promote').map(({ effect }) => effect.target)).toEqual([TWO, THREE]);
    drive.wait(200_000);
    expect(drive.of('start')[0]!.effect).toMatchObject({ node: ONE, role: 'primary', copies: null });
    expect([drive.state.primary, drive.state.endpoint]).toEqual([ONE, ONE]);
  });

  test('waits for the end of a promotion, however long it takes, before it comes back as a copy', () => {
    const drive = new Drive(3, true);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(300_000);
    // A tick for another node's sake starts it no sooner.
    drive.input({ kind: 'process-exited', node: THREE });
    drive.wait(20_000);
    expect([drive.status(3), drive.of('start')]).toEqual(['recovering', []]);
    drive.input({ kind: 'promotion-succeeded', node: TWO });
    drive.wait(1);
    expect(drive.of('start')[0]!.effect).toMatchObject({ node: ONE, role: 'replica', copies: TWO });
  });

  test('hands over to nobody who is dead himself, noticed or not', () => {
    const drive = new Drive(3, true);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(1_000);
    drive.input({ kind: 'process-exited', node: TWO });
    drive.wait(9_000);
    expect(drive.of('promote').map(({ effect }) => effect.target)).toEqual([THREE]);
  });

  test('without automatic failover is filled from its replica', () => {
    const drive = new Drive(2, false);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(200_000);
    expect(drive.of('promote')).toEqual([]);
    expect(drive.of('start')[0]!.effect).toMatchObject({ node: ONE, role: 'primary', copies: TWO });
  });

  test('that is rebooted loses the data of all: no replica is promoted', () => {
    const drive = new Drive(2, true);
    drive.input({ kind: 'reboot-requested', node: ONE });
    drive.wait(200_000);
    expect(drive.of('promote')).toEqual([]);
    expect(drive.of('start')[0]!.effect).toMatchObject({ node: ONE, cause: 'reboot', copies: null });
  });

  test('that dies right after its own promotion hands over again', () => {
    const drive = new Drive(3, true);
    drive.input({ kind: 'process-exited', node: ONE });
    drive.wait(10_000);
    drive.input({ kind: 'promotion-succeeded', node: TWO });
    drive.wait(3_000);
    drive.input({ kind: 'process-exited', node: TWO });
    drive.wait(10_000);
    expect(drive.of('promote').at(-1)!.effect).toMatchObject({ from: TWO, target: THREE });
    drive.input({ kind: 'promotion-succeeded', node: THREE });
    drive.wait(300_000);
    expect([drive.state.primary, drive.state.endpoint]).toEqual([THREE, THREE]);
  });
});

describe('requests', () => {
  test('TestFailover ends the old primary and replaces it; by hand it stays as a replica', () => {
    const tested = new Drive(2, true);
    tested.input({ kind: 'test-failover-requested' });
    expect(tested.of('promote')[0]!.effect).toMatchObject({ from: ONE, target: TWO, keep: false });
    expect([tested.status(1), tested.messages[0]]).toEqual([
      'recovering',
      'g: Test Failover API called for node group 0001',
    ]);
    const byHand = new Drive(2, false);
    byHand.input({ kind: 'primary-requested', node: TWO });
    expect(byHand.of('promote')[0]!.effect).toMatchObject({ keep: true });
    expect([byHand.status(1), groupStatus(byHand.state)]).toEqual(['available', 'modifying']);
  });

  test('are refused with the fault that AWS answers, and change nothing', () => {
    const drive = new Drive(2, true);
    expect(rejectPrimary(drive.state, TWO)?.fault).toBe('InvalidParameterCombination');
    expect(rejectTestFailover(drive.state)).toBe(null);
    expect(rejectReboot(drive.state, TWO)).toBe(null);
    drive.input({ kind: 'test-failover-requested' });
    const busy = drive.state;
    expect(rejectTestFailover(busy)?.fault).toBe('InvalidReplicationGroupState');
    expect(rejectReboot(busy, ONE)?.fault).toBe('InvalidCacheClusterState');
    drive.input({ kind: 'test-failover-requested' });
    drive.input({ kind: 'primary-requested', node: TWO });
    drive.input({ kind: 'reboot-requested', node: ONE });
    expect(drive.state).toEqual(busy);
    expect(rejectTestFailover(new Drive(1, false).state)?.fault).toBe('InvalidParameterCombination');
    expect(rejectPrimary(new Drive(2, false).state, ONE)?.fault).toBe('InvalidCacheClusterState');
  });
});

test('the reader endpoint leads to replicas that are available, else to the primary', () => {
  const drive = new Drive(3, true);
  expect(readerTargets(drive.state)).toEqual([TWO, THREE]);
  drive.input({ kind: 'process-exited', node: TWO });
  drive.wait(10_000);
  expect(readerTargets(drive.state)).toEqual([THREE]);
  drive.input({ kind: 'node-removed', node: TWO });
  drive.input({ kind: 'node-removed', node: THREE });
  expect(readerTargets(drive.state)).toEqual([ONE]);
  drive.input({ kind: 'node-removed', node: ONE });
  expect([readerTargets(drive.state), drive.state.primary, drive.state.endpoint]).toEqual([[], null, null]);
});

test('names are those that AWS gives with TLS', () => {
  expect(nodeName('demo-cache-0', 1)).toBe('demo-cache-0-001');
  const scope = { region: 'us-east-1', hash: 'abc123', urlSuffix: 'amazonaws.com' };
  expect(groupNames('demo-cache-0', scope)).toMatchObject({
    primary: 'master.demo-cache-0.abc123.use1.cache.amazonaws.com',
    reader: 'replica.demo-cache-0.abc123.use1.cache.amazonaws.com',
    wildcard: '*.demo-cache-0.abc123.use1.cache.amazonaws.com',
  });
  const regions = {
    'eu-central-1': 'euc1',
    'ap-southeast-2': 'apse2',
    'us-west-2': 'usw2',
    'ap-northeast-1': 'apne1',
  };
  for (const [region, short] of Object.entries(regions)) expect(shortRegion(region)).toBe(short);
});
