import { describe, expect, it } from 'vitest';
import { choose, chooseDeny, chooseWithout, legalPairs } from '../../../proving/drills/choose.ts';

describe('choosing a drill', () => {
  it('takes the first fault of a scenario by default', () => {
    expect(choose('database-reader', undefined)).toMatchObject([{ fault: 'kill' }]);
  });

  it('takes every scenario once for `all`, and every legal pair with the matrix', () => {
    expect(choose('all', undefined).map((c) => `${c.scenario.name} ${c.fault}`)).toEqual([
      'database-reader kill',
      'database-writer kill',
      'cache-shard kill',
      'cache-two-shards kill',
      'cache-all kill',
      'cache-return-stale hang',
      'edge-node kill',
      'web-task kill',
      'service-task kill',
      'edge-primary kill',
      'zone kill',
      'zone-writer kill',
      'deploy-new-version deploy',
      'deploy-bad-version deploy',
      'caller-flood flood',
      'overload surge',
      'half-capacity kill',
      'throttle-store-down hang',
      'retry-storm storm',
    ]);
    const every = choose('all', undefined, true).map((c) => `${c.scenario.name} --fault ${c.fault}`);
    expect(every).toEqual(legalPairs());
    expect(every).toEqual([
      'database-reader --fault kill',
      'database-reader --fault hang',
      'database-reader --fault slow',
      'database-reader --fault partition',
      'database-reader --fault lag',
      'database-reader --fault blind',
      'database-writer --fault kill',
      'database-writer --fault hang',
      'database-writer --fault slow',
      'database-writer --fault partition',
      'database-writer --fault blind',
      'cache-shard --fault kill',
      'cache-shard --fault hang',
      'cache-shard --fault partition',
      'cache-two-shards --fault kill',
      'cache-two-shards --fault hang',
      'cache-two-shards --fault partition',
      'cache-all --fault kill',
      'cache-all --fault flush',
      'cache-return-stale --fault hang',
      'cache-return-stale --fault partition',
      'cache-return-stale --fault kill',
      'edge-node --fault kill',
      'edge-node --fault hang',
      'edge-node --fault slow',
      'edge-node --fault partition',
      'web-task --fault kill',
      'web-task --fault hang',
      'web-task --fault slow',
      'web-task --fault partition',
      'service-task --fault kill',
      'service-task --fault hang',
      'service-task --fault slow',
      'service-task --fault partition',
      'edge-primary --fault kill',
      'zone --fault kill',
      'zone --fault partition',
      'zone-writer --fault kill',
      'zone-writer --fault partition',
      'deploy-new-version --fault deploy',
      'deploy-bad-version --fault deploy',
      'caller-flood --fault flood',
      'overload --fault surge',
      'half-capacity --fault kill',
      'throttle-store-down --fault hang',
      'throttle-store-down --fault kill',
      'throttle-store-down --fault partition',
      'retry-storm --fault storm',
    ]);
  });

  it('takes every fault of one scenario with the matrix', () => {
    expect(choose('database-writer', undefined, true)).toHaveLength(5);
  });

  it('fails on an unknown drill and lists the legal ones', () => {
    expect(() => choose('database-reeder', undefined)).toThrow(
      /database-reeder[\s\S]*database-reader --fault kill/,
    );
  });

  it('fails on the impossible pair of a scenario of the throttle and a fault of members', () => {
    expect(() => choose('overload', 'lag')).toThrow(/--fault = "lag"[\s\S]*overload --fault surge/);
  });

  it.each([
    ['edge-primary', 'hang'],
    ['zone', 'slow'],
    ['deploy-new-version', 'kill'],
  ])('fails on the impossible pair of %s and %s, and lists the legal ones', (scenario, fault) => {
    expect(() => choose(scenario, fault)).toThrow(
      new RegExp(`--fault = "${fault}"[\\s\\S]*zone-writer --fault partition; deploy-new-version`),
    );
  });

  it.each(['flood', 'lag'])(
    'fails on the impossible pair of the writer and %s, and lists the legal ones',
    (fault) => {
      expect(() => choose('database-writer', fault)).toThrow(
        new RegExp(`--fault = "${fault}"[\\s\\S]*database-writer --fault kill`),
      );
    },
  );
});

describe('choosing what is taken away', () => {
  it('takes nothing away unless it is asked to', () => {
    expect(chooseWithout(undefined)).toBeNull();
    expect(chooseDeny(undefined)).toBeNull();
  });

  it('knows what can be switched off, and fails on the rest', () => {
    expect(['functions', 'stream', 'alarms'].map(chooseWithout)).toEqual(['functions', 'stream', 'alarms']);
    expect(() => chooseWithout('luck')).toThrow(/--without = "luck"[\s\S]*functions; stream; alarms/);
  });

  it('knows the APIs that can be taken away, whole or their control plane, and fails on the rest', () => {
    expect(chooseDeny('rds')).toEqual({ service: 'rds', kind: 'all' });
    expect(chooseDeny('dynamodb-control')).toEqual({ service: 'dynamodb', kind: 'control' });
    expect(() => chooseDeny('weather')).toThrow(/--deny = "weather"[\s\S]*rds; rds-control; dynamodb/);
    expect(() => chooseDeny('control')).toThrow(/--deny/);
  });
});
