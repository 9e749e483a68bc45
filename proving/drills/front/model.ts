/** What a drill of the edge, web and service tiers counts on top of the fields of every drill. */

import type { DrillLine } from '../model.ts';

/**
 * Null where it was not measured, or is none of the scenario's business.
 *
 * - `balancer_failed`: requests since the fault whose first answer was a failure: a 5xx, a connection that was refused or
 *   broke, silence. What the client made of it does not count.
 * - `control_failed`: the same number from a control run inside the same command: the same fault, with no function of
 *   ours running. It is the floor of the balancer itself.
 * - `control_plane_calls`: calls of the Route 53 API since the fault, but those that only read.
 * - `normal_after_ms`: from the fault until 95 % of what was answered in time before it is so again in every second.
 * - `writes_bad_until_ms`: as `bad_until_ms`, of writes alone.
 * - `reader_worst_10s_failed_pct`: as `worst_10s_failed_pct`, of the reads that any reader of the database may answer. The
 *   others are of the catalogue: what its cache does not have needs the writer, as a write does.
 * - `new_version_pct`: of the tasks, those that run the version which was deployed, at the end.
 * - `completed`: whether the deployment went through; false where it was rolled back.
 * - `reason`: what it said of why it was.
 */
export interface FrontFields {
  readonly balancer_failed: number;
  readonly control_failed: number | null;
  readonly control_plane_calls: number;
  readonly normal_after_ms: number | null;
  readonly writes_bad_until_ms: number;
  readonly reader_worst_10s_failed_pct: number | null;
  readonly new_version_pct: number | null;
  readonly completed: boolean | null;
  readonly reason: string | null;
}

export type FrontLine = DrillLine & FrontFields;
