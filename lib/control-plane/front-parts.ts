/** Which parts of the control plane an environment with balancers, tasks and services gets. */

import type { Construct } from 'constructs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { InvalidInput, type Fault } from '../../core/errors.ts';
import type { Tier } from '../../core/naming.ts';
import { tunableTiers, type NormalizedProfile } from '../../core/profile/index.ts';
import type { ControlPlaneProps } from './control-plane.ts';
import type { ControllersProps } from './controllers.ts';
import { FrontFunction } from './front-function.ts';
import type { ProbedTargets } from './probers.ts';

type Parts = Pick<ControlPlaneProps, 'profile' | 'vpc' | 'stateTable' | 'frontTable' | 'tasks' | 'edge'>;

/** Throws InvalidInput when a part of the profile is missing, or one is passed that the profile lacks. */
export function checkFrontParts({ profile, frontTable, tasks, edge }: Parts): void {
  const { tiers } = profile;
  const runsTasks = tiers.web !== null || tiers.service.length > 0;
  const faults = [
    ...partFaults('frontTable', {
      given: frontTable !== undefined,
      needed: tiers.web !== null,
      by: 'a web tier',
    }),
    ...partFaults('tasks', { given: tasks !== undefined, needed: runsTasks, by: 'a web tier or a service' }),
    ...partFaults('edge', { given: edge !== undefined, needed: tiers.edge !== null, by: 'an edge' }),
  ];
  if (faults.length > 0) throw new InvalidInput(`The control plane of '${profile.name}'`, faults);
}

function partFaults(
  field: string,
  part: { readonly given: boolean; readonly needed: boolean; readonly by: string },
): readonly Fault[] {
  if (part.given === part.needed) return [];
  const rule = `is needed where the profile has ${part.by}, and nowhere else`;
  const fix = part.needed ? `pass what the profile asks for, or take it out of its tiers` : 'leave it out';
  return [{ field, value: part.given ? 'given' : undefined, rule, fix }];
}

/** The tiers whose thresholds are parameters: of those in front, one that is not there has none. */
export function tiersOf({ tiers }: NormalizedProfile): readonly Tier[] {
  const isThere: Readonly<Partial<Record<Tier, boolean>>> = {
    edge: tiers.edge !== null,
    web: tiers.web !== null,
    service: tiers.service.length > 0,
  };
  return tunableTiers().filter((tier) => isThere[tier] ?? true);
}

/** Only tasks behind balancers are probed: nobody else could take one out. */
export function probedTargets({ edge, tasks, frontTable }: Parts): ProbedTargets | null {
  const tier = tasks?.web;
  if (edge === undefined || tier === undefined || frontTable === undefined) return null;
  return { frontTable, tier };
}

/** Null where nobody assigns users: there is no service, or no web tier before them. */
export function strategiesOf({
  profile,
  frontTable,
}: Parts): NonNullable<ControllersProps['strategies']> | null {
  const services = profile.tiers.service.map(({ application }) => application);
  return frontTable === undefined || services.length === 0 ? null : { frontTable, services };
}

/** Null where there is no edge. */
export function makeFront(
  scope: Construct,
  { deadLetterQueue, ...props }: Parts & { readonly deadLetterQueue: sqs.IQueue },
): FrontFunction | null {
  const { profile, vpc, stateTable, frontTable, tasks, edge: watched } = props;
  const { name: environmentName, zones, tiers } = profile;
  const { web, edge } = tiers;
  if (watched === undefined || edge === null || web === null) return null;
  if (frontTable === undefined || tasks === undefined) return null;
  return new FrontFunction(scope, 'Front', {
    environmentName,
    vpc,
    zones,
    web,
    edge,
    watched,
    cluster: tasks.cluster,
    stateTable,
    frontTable,
    deadLetterQueue,
  });
}
