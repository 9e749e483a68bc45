/** What runs here: the tier, its version and the task, as every answer names it. */

import { readTaskMetadata } from '../../runtime/index.ts';

export interface Task {
  /** `web` or `service`. */
  readonly tier: string;
  readonly version: string;
  readonly id: string;
  /** Null outside of a task on Fargate. */
  readonly az: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const VERSION_HEADER = 'x-version';

export async function readTask(env: Environment, tier: string): Promise<Task> {
  const metadata = await readTaskMetadata(env['ECS_CONTAINER_METADATA_URI_V4']);
  return {
    tier: env['UNDERSTUDY_TIER'] ?? tier,
    version: env['UNDERSTUDY_VERSION'] ?? 'unknown',
    id: metadata?.id ?? `process-${process.pid}`,
    az: metadata?.az ?? null,
  };
}

/** `web=<version>@<task>`; several tiers are joined by commas, the outermost first. */
export function versionOf({ tier, version, id }: Task): string {
  return `${tier}=${version}@${id}`;
}
