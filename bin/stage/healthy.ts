/** When an environment counts as healthy: what AWS says, and what every prober says. */

import { UnderstudyError } from '../../core/errors.ts';
import type { Records } from '../../proving/drills/index.ts';
import type { SandboxClient } from '../../proving/sandbox/index.ts';

/** A prober's word counts this long. */
const OBSERVATION_MS_MAX = 10_000;

const POLL_MS = 250;

type ReadRecords = (sinceMs: number) => Promise<Records | null>;

/** Resolves when the environment is healthy. Rejects with the reason when it is not in time. */
export async function untilHealthy(
  client: SandboxClient,
  records: ReadRecords,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let reason = await unhealthyReason(client, records);
  while (reason !== null && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    reason = await unhealthyReason(client, records);
  }
  if (reason === null) return;
  throw new UnderstudyError(`The environment is not healthy after ${timeoutMs / 1000} s: ${reason}.`, {
    code: 'not-healthy',
    advice: 'check',
  });
}

/** Why the environment is not healthy, or null when it is. */
export async function unhealthyReason(client: SandboxClient, records: ReadRecords): Promise<string | null> {
  const { clusters } = await client.status();
  if (clusters.length === 0) return 'no cluster is deployed';
  for (const cluster of clusters) {
    if (cluster.status !== 'available') return `cluster ${cluster.id} is ${cluster.status}`;
    const away = cluster.members.find((m) => m.status !== 'available');
    if (away) return `member ${away.id} is ${away.status}`;
    const writers = cluster.members.filter((m) => m.role === 'writer').length;
    if (writers !== 1) return `cluster ${cluster.id} has ${writers} writers`;
  }
  const zones = [...new Set(clusters.flatMap((cluster) => cluster.members.map((m) => m.az)))];
  const recent = await records(Date.now() - OBSERVATION_MS_MAX);
  return recent === null ? null : proberReason(recent, zones);
}

function proberReason(records: Records, zones: readonly string[]): string | null {
  for (const az of zones) {
    const latest = records.observations.filter((o) => o.az === az).toSorted((a, b) => b.at - a.at)[0];
    if (!latest) return `the prober of ${az} is silent`;
    if (latest.blind) return `the prober of ${az} is blind`;
    const failing = latest.verdicts.find((v) => v.failure !== null);
    if (failing) return `the prober of ${az} sees ${failing.failure} at ${failing.memberId}`;
  }
  return null;
}
