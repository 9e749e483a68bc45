/** What a task on Fargate knows of itself: the task metadata endpoint, version 4. */

export interface TaskMetadata {
  /** The last part of the task's ARN, which is its instance id in Cloud Map. */
  readonly id: string;
  readonly az: string;
}

const TIMEOUT_MS = 1000;

/**
 * @param uri ECS_CONTAINER_METADATA_URI_V4; undefined outside a task
 * @returns null outside a task, and where the endpoint does not answer: whoever has no zone chooses among all of them
 */
export async function readTaskMetadata(uri: string | undefined): Promise<TaskMetadata | null> {
  if (uri === undefined || uri === '') return null;
  try {
    const response = await fetch(`${uri}/task`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) return null;
    const { AvailabilityZone: az, TaskARN: arn } = (await response.json()) as Record<string, unknown>;
    if (typeof az !== 'string' || typeof arn !== 'string') return null;
    return { id: arn.slice(arn.lastIndexOf('/') + 1), az };
  } catch {
    return null;
  }
}
