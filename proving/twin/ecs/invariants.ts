/** What must always hold of a service. */

import type { ServiceState } from './types.ts';

/** Throws on a state that must not exist; run after every transition. */
export function assertInvariants(state: ServiceState): void {
  const broken: string[] = [];
  const ids = state.tasks.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) broken.push('two tasks share an id');
  const known = new Set(state.deployments.map(({ id }) => id));
  if (known.size !== state.deployments.length) broken.push('two deployments share an id');
  const primaries = state.deployments.filter(({ status }) => status === 'PRIMARY').length;
  if (state.deployments.length > 0 && primaries !== 1) broken.push(`${primaries} primary deployments`);
  if (state.tasks.some(({ deployment }) => !known.has(deployment))) broken.push('a task of no deployment');
  if (state.deployments.some(({ desired }) => desired < 0)) broken.push('a desired count below zero');
  if (state.isSteady && state.deployments.length > 1) broken.push('steady while a deployment is under way');
  if (state.status === 'INACTIVE' && state.tasks.length > 0) broken.push('tasks of a deleted service');
  if (broken.length > 0) throw new Error(`service ${state.name}: ${broken.join('; ')}`);
}
