/** When an environment counts as healthy: what AWS says, and what every prober says. */

import type { Records } from '../../proving/drills/index.ts';
import type { SandboxClient } from '../../proving/sandbox/index.ts';

/** A prober's word counts this long. */
const OBSERVATION_MS_MAX = 10_000;

/** Why the environment is not healthy, or null when it is. */
export async function unhealthyReason(
  client: SandboxClient,
  records: (sinceMs: number) => Promise<Records | null>,
): Promise<string | null> {
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
