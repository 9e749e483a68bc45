import { describe, expect, it } from 'vitest';
import { refusal } from './import-rules.ts';
import { importsOf, sources } from './source.ts';

const TOP = [
  'bin',
  'environments',
  'lib',
  'lambdas',
  'core',
  'runtime',
  'ops',
  'proving',
  'examples',
  'test',
  'bench',
  'dist',
];
const isPackage = (target: string): boolean => !TOP.includes(target.split('/')[0]!);

describe('the import rules', () => {
  it('hold for every source file', () => {
    const refused = sources()
      .filter((source) => !/^(test|bench)\//.test(source.file))
      .flatMap((source) => importsOf(source).map((target) => refusal(source.file, target, isPackage(target))))
      .filter((reason) => reason !== null);
    expect(refused).toEqual([]);
  });

  it('keep tests and benches at the edge: nothing imports them', () => {
    const refused = sources()
      .filter((source) => !/^(test|bench)\//.test(source.file))
      .flatMap((source) =>
        importsOf(source)
          .filter((target) => /^(test|bench)\//.test(target))
          .map((t) => `${source.file} -> ${t}`),
      );
    expect(refused).toEqual([]);
  });

  it.each([
    ['core/a.ts', 'node:fs', true],
    ['core/a.ts', 'runtime/index.ts', false],
    ['lib/a.ts', 'lambdas/health-check/handler.ts', false],
    ['lib/a.ts', '@aws-sdk/client-rds', true],
    ['lambdas/health-check/handler.ts', 'lambdas/shared/aws/rds.ts', false],
    ['lambdas/health-check/handler.ts', 'pg', true],
    ['lambdas/health-check/handler.ts', 'lambdas/replica-pool/handler.ts', false],
    ['runtime/pool.ts', 'pg', true],
    ['proving/twin/a.ts', 'node:crypto', true],
    ['proving/sandbox/a.ts', 'lambdas/health-check/handler.ts', false],
    ['proving/sandbox/a.ts', 'aws-cdk-lib', true],
    ['proving/drills/a.ts', 'runtime/index.ts', false],
    ['proving/drills/a.ts', 'proving/sandbox/index.ts', false],
    ['examples/shop/main.ts', 'runtime/adapters/pg.ts', false],
    ['bin/understudy.ts', 'proving/sandbox/index.ts', false],
  ])('refuse that %s imports %s', (file, target, isPackageName) => {
    expect(refusal(file, target, isPackageName)).toContain(file);
  });

  it.each([
    ['core/a.ts', 'core/b.ts', false],
    ['lib/a.ts', 'lambdas/health-check/contract.ts', false],
    ['lambdas/health-check/entry.ts', 'lambdas/shared/aws/rds.ts', false],
    ['runtime/adapters/pg.ts', 'pg', true],
    ['proving/sandbox/a.ts', 'proving/twin/a.ts', false],
    ['proving/drills/a.ts', 'pg', true],
  ])('allow that %s imports %s', (file, target, isPackageName) => {
    expect(refusal(file, target, isPackageName)).toBeNull();
  });
});
