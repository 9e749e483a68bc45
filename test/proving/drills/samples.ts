import type { Sample } from '../../../proving/drills/model.ts';

/** A sample that succeeded after `latencyMs`, unless told otherwise. */
export function sample(scheduledAt: number, latencyMs: number, rest: Partial<Sample> = {}): Sample {
  return {
    kind: 'read',
    scheduledAt,
    completedAt: scheduledAt + latencyMs,
    ok: true,
    refused: false,
    wrong: false,
    own: false,
    catalog: false,
    stale: false,
    status: 200,
    code: null,
    id: null,
    attempts: 1,
    firstFailed: false,
    ...rest,
  };
}
