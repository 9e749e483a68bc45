/** When what clients come through counts as whole: by AWS's word, the probers', and an answer under the public name. */

import { UnderstudyError } from '../../../core/errors.ts';
import { unhealthyFront } from '../../../ops/front.ts';
import type { Target } from '../../../ops/target.ts';
import { askDoor, type Door, type TierRecords } from '../../../proving/drills/index.ts';
import type { SandboxClient, SandboxStatus } from '../../../proving/sandbox/index.ts';
import type { Front } from './outputs.ts';
import { serviceTask } from './tasks.ts';

const POLL_MS = 500;
/** A prober's word counts this long. */
const OBSERVATION_MS_MAX = 15_000;
const ANSWER_MS_MAX = 3000;
/** Reaches web tier, service and database. */
const PATH = '/products/1';

export interface FrontHealth {
  readonly client: SandboxClient;
  readonly target: Target;
  readonly front: Front;
  readonly door: Door;
  records(sinceMs: number): Promise<TierRecords | null>;
}

/** Resolves when it is whole. Rejects with the reason when it is not in time. */
export async function untilFrontHealthy(health: FrontHealth, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let reason = await frontReason(health);
  while (reason !== null && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    reason = await frontReason(health);
  }
  if (reason === null) return;
  throw new UnderstudyError(`The front is not healthy after ${timeoutMs / 1000} s: ${reason}.`, {
    code: 'not-healthy',
    advice: 'check',
  });
}

async function frontReason({ client, target, front, door, records }: FrontHealth): Promise<string | null> {
  const { cluster, webService, services, targetGroups } = front;
  const status = await client.status();
  const tasks = status.containerTasks.flatMap((task) => serviceTask(task, front));
  const targets = tasks.filter(({ tier }) => tier === 'web').map(({ id }) => id);
  const query = { cluster, services: [webService, ...services], targetGroups };
  return (
    nodesReason(status, front) ??
    (await unhealthyFront(target, query)) ??
    probersReason(await records(Date.now() - OBSERVATION_MS_MAX), targets) ??
    (await doorReason(door))
  );
}

function nodesReason({ balancerNodes }: SandboxStatus, { balancers }: Front): string | null {
  for (const arn of balancers) {
    const nodes = balancerNodes.filter(({ balancerArn }) => balancerArn === arn);
    if (nodes.length === 0) return `balancer ${arn} has no address`;
    const away = nodes.find(({ pid, published }) => pid === null || !published);
    if (away) return `${away.id} ${away.pid === null ? 'is being replaced' : 'is not in its name'}`;
  }
  return null;
}

/**
 * Why the probers' word is not that all is well. A target that none of them was told of yet would be missed by nobody.
 * Null where functions do not run.
 */
export function probersReason(
  records: Pick<TierRecords, 'observations'> | null,
  targets: readonly string[],
): string | null {
  const latest = new Map<string, TierRecords['observations'][number]>();
  for (const one of (records?.observations ?? []).toSorted((a, b) => a.at - b.at)) latest.set(one.az, one);
  for (const { az, blind, verdicts } of latest.values()) {
    if (blind) return `the prober of ${az} is blind`;
    const failing = verdicts.find(({ failure }) => failure !== null);
    if (failing) return `the prober of ${az} sees ${failing.failure} at ${failing.memberId}`;
    const unseen = targets.find((id) => !verdicts.some(({ memberId }) => memberId === id));
    if (unseen) return `the prober of ${az} does not look at ${unseen} yet`;
  }
  return records !== null && latest.size === 0 ? 'no prober has seen a target' : null;
}

async function doorReason(door: Door): Promise<string | null> {
  const { status, error } = await askDoor(door, PATH, ANSWER_MS_MAX);
  return status === 200 ? null : `${door.url}${PATH} answers ${error ?? status}`;
}
