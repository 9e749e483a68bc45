/** IAM and STS of the sandbox: who calls, and what they may do. */

import { AwsError, type Identity, type Part, type World } from '../kernel/index.ts';
import { createAuthorizer } from './authorizer.ts';
import { createDirectory } from './directory.ts';
import { type OperatorKey, createKeys } from './keys.ts';
import { createManagedPolicyProvider, createPolicyProvider } from './policy-providers.ts';
import { createRoleProvider } from './role-provider.ts';
import { createSts, trustsService } from './sts.ts';

export interface IdentityPart extends Identity, Part {
  /** The throw-away key of whoever operates the sandbox: made at the start, allowed everything. */
  readonly operator: OperatorKey;
  /**
   * Checked when a function or task is given a role.
   * @throws AwsError `InvalidParameterValueException` when the role is unknown or does not trust the service.
   */
  checkAssumableBy(roleArn: string, service: string, sourceArn?: string): void;
}

export interface IdentityOptions {
  /** The function that runs as a role, by the name reports use, so that a denial can name it. @default - none does */
  functionOf?(roleArn: string): string | null;
}

export function createIdentity(world: World, options: IdentityOptions = {}): IdentityPart {
  const directory = createDirectory(world);
  const keys = createKeys(world);
  const functionOf = options.functionOf ?? (() => null);
  const authorizer = createAuthorizer(world, { directory, keys, functionOf });
  return {
    services: [createSts(world, { directory, keys, refused: authorizer.remember })],
    providers: [
      createRoleProvider(directory),
      createPolicyProvider(directory),
      createManagedPolicyProvider(world, directory),
    ],
    operator: keys.operator,
    issueForRole(roleArn, sessionName, durationS) {
      const role = directory.roleByArn(roleArn);
      if (!role) throw new AwsError('NoSuchEntity', `The role ${roleArn} cannot be found.`, { status: 404 });
      return keys.issue(role, { sessionName, durationS });
    },
    lookup: (accessKeyId) => keys.lookup(accessKeyId),
    authorize: (principal, requests) => authorizer.authorize(principal, requests),
    refused: (service, request) => authorizer.refused(service, request),
    denials: authorizer.denials,
    checkAssumableBy(roleArn, service, sourceArn) {
      const role = directory.roleByArn(roleArn);
      if (role && trustsService(world, role, service, sourceArn)) return;
      throw new AwsError(
        'InvalidParameterValueException',
        role
          ? `The role ${roleArn} cannot be assumed by ${service}: its trust policy does not allow it.`
          : `The role ${roleArn} does not exist.`,
      );
    },
  };
}
