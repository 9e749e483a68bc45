/** What an operator's command must know of a deployed environment: read from the outputs of its stacks. */

import { output, readOutputs } from './outputs.ts';
import type { Target } from './target.ts';

export interface Deployment {
  /** Name of the environment, as observations bear it. */
  readonly env: string;
  readonly clusterId: string;
  /** The members known at deployment: nothing else is ever a target (SEC-09). */
  readonly memberIds: readonly string[];
  /** Zones that may have a prober. */
  readonly zones: readonly string[];
  /** Name of the state table. */
  readonly table: string;
}

const ZONE_LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Throws `no-stacks` or `no-output` when the stage is not deployed, or by another version. */
export async function readDeployment(target: Target, stage: string): Promise<Deployment> {
  const outputs = await readOutputs(target, stage);
  const members = output(outputs, 'Members').split(',');
  return {
    env: output(outputs, 'Environment'),
    clusterId: output(outputs, 'ClusterIdentifier'),
    memberIds: members.map((entry) => entry.split('=')[0]!),
    zones: ZONE_LETTERS.map((letter) => `${target.region}${letter}`),
    table: output(outputs, 'StateTableName'),
  };
}
