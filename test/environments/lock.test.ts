import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../core/errors.ts';
import type { EnvironmentLock } from '../../core/profile/lock.ts';
import * as environments from '../../environments/index.ts';
import { synthesize } from '../lib/synth.ts';

const lockOf = (name: string): EnvironmentLock =>
  JSON.parse(readFileSync(new URL(`../../environments/${name}.lock.json`, import.meta.url), 'utf8'));

describe('the logical ids of what holds data', () => {
  it.each(Object.values(environments))(
    'of $name are those of its lock: moving one would delete it',
    (profile) => {
      const { environment } = synthesize(profile);
      expect(environment.lock()).toEqual(lockOf(profile.name));
    },
  );

  it('cover the table, the cluster, every member, the key, the secrets and the zone', () => {
    const types = Object.values(lockOf('demo').stateful).flatMap((ids) => Object.values(ids));
    expect(types.sort()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::RDS::DBCluster',
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBInstance',
      'AWS::RDS::DBInstance',
      'AWS::Route53::HostedZone',
      'AWS::SecretsManager::Secret',
      'AWS::SecretsManager::Secret',
    ]);
  });
});

describe('synthesis against a lock', () => {
  it('passes when nothing moved', () => {
    expect(() => synthesize({}, { lock: lockOf('demo') })).not.toThrow();
  });

  it('fails, with a clear message, when a resource with data would be deleted', () => {
    const { stateful } = lockOf('demo');
    const lock = { stateful: { ...stateful, State: { StateTableOld: 'AWS::DynamoDB::Table' } } };
    const attempt = (): unknown => synthesize({}, { lock });
    expect(attempt).toThrow(InvalidInput);
    expect(attempt).toThrow(/environments\/demo\.lock\.json is refused/);
    expect(attempt).toThrow(/stateful\.State\.StateTableOld = .*deploying would delete it with its data/);
    expect(attempt).toThrow(/stateful\.State\.StateTable962DE04C = .*is not in the lock/);
  });

  it('fails when a reader is taken away', () => {
    const lock = lockOf('demo');
    expect(() => synthesize({ tiers: { database: { redundancy: 'none' } } }, { lock })).toThrow(/Member3/);
  });
});
