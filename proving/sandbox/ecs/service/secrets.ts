/** The secrets of a task, read as Fargate does: once, before its process starts, as the execution role. */

import type { Identity, GuardedSecrets, World } from '../../kernel/index.ts';
import type { TaskDefinition } from '../definitions.ts';

export interface SecretPorts {
  readonly world: World;
  readonly identity: Identity;
  readonly secrets: GuardedSecrets;
}

/** How long the session that reads them lasts; it is used at once. */
const SESSION_S = 900;

/**
 * The variables with their values.
 * @throws Error as the task's stopped reason has it, where a secret is not there or the role may not read it
 */
export function readSecrets(
  { identity, secrets }: SecretPorts,
  { container, executionRoleArn }: TaskDefinition,
  taskId: string,
): Readonly<Record<string, string>> {
  const wanted = Object.entries(container.secrets);
  if (wanted.length === 0) return {};
  try {
    const { accessKeyId } = identity.issueForRole(executionRoleArn ?? '', taskId, SESSION_S);
    const session = identity.lookup(accessKeyId);
    if (session === undefined) throw new Error('the session of the execution role has ended');
    const values = wanted.map(([name, id]) => {
      const action = 'secretsmanager:GetSecretValue';
      // A secret that is not there is denied before it is missed.
      identity.authorize(session.principal, [{ action, resource: secrets.arnOf(id) }]);
      return [name, secrets.value(id)] as const;
    });
    return Object.fromEntries(values);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ${why}`,
      { cause: error },
    );
  }
}
