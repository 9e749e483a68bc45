/** ModifyDBClusterEndpoint: edits the members of a custom endpoint. Connections that are open stay open. */

import type { DBClusterEndpoint, ModifyDBClusterEndpointMessage } from '@aws-sdk/client-rds';
import type { CustomEndpoint } from '../../../twin/aurora/index.ts';
import { AwsError } from '../../kernel/index.ts';
import { nameOf, type Registry } from '../registry.ts';
import { customEndpointShape } from './shapes.ts';

const TYPES = ['READER', 'WRITER', 'ANY'] as const;

export function modifyEndpoint(registry: Registry, input: ModifyDBClusterEndpointMessage): DBClusterEndpoint {
  const record = registry.endpoint(input.DBClusterEndpointIdentifier ?? '');
  const { cluster, id } = record;
  const known = cluster.customEndpoints.get(id);
  const type = TYPES.find((one) => one === (input.EndpointType ?? known?.type));
  if (type === undefined) {
    throw new AwsError('InvalidParameterValue', `Invalid endpoint type: ${input.EndpointType}`);
  }
  const members = (names: readonly string[]) => names.map((name) => memberName(registry, name, cluster));
  const endpoint: CustomEndpoint = { id, type, ...lists(input, known, members) };
  cluster.customEndpoints.set(id, endpoint);
  cluster.publish();
  return customEndpointShape(registry, record);
}

/** Setting one list clears the other: a custom endpoint has either. */
function lists(
  input: ModifyDBClusterEndpointMessage,
  known: CustomEndpoint | undefined,
  members: (names: readonly string[]) => string[],
): Pick<CustomEndpoint, 'staticMembers' | 'excludedMembers'> {
  const { StaticMembers: fixed, ExcludedMembers: excluded } = input;
  if (fixed?.length && excluded?.length) {
    throw new AwsError(
      'InvalidParameterCombination',
      'StaticMembers and ExcludedMembers cannot be specified together.',
    );
  }
  if (fixed?.length) return { staticMembers: members(fixed), excludedMembers: [] };
  if (excluded !== undefined) return { staticMembers: [], excludedMembers: members(excluded) };
  if (fixed !== undefined) return { staticMembers: [], excludedMembers: known?.excludedMembers ?? [] };
  return {
    staticMembers: known?.staticMembers ?? [],
    excludedMembers: known?.excludedMembers ?? [],
  };
}

function memberName(registry: Registry, name: string, cluster: unknown): string {
  const record = registry.instances.get(nameOf(name));
  if (record !== undefined && record.cluster === cluster) return record.id;
  throw new AwsError('DBInstanceNotFound', `DBInstance ${name} not found in this cluster.`, {
    status: 404,
  });
}
