import type { FailoverFacts } from '../failover/types.ts';

/** What the failover decision looks at, less the clients: a planned change does not wait for anybody to suffer. */
export type SwitchoverFacts = Omit<FailoverFacts, 'outcomes'>;

/** Why a planned change of the writer is refused. Each is a rule of its own and has its own test. */
export type SwitchoverRefusal =
  | 'aws-unknown'
  | 'aws-acting'
  | 'recovery-unfinished'
  | 'no-votes'
  | 'aws-disagrees'
  | 'unknown-target'
  | 'target-is-writer'
  | 'target-unavailable'
  | 'target-unhealthy'
  | 'target-lagging'
  | 'no-target';

export type SwitchoverDecision =
  | {
      readonly state: 'switchover';
      /** The writer now. */
      readonly writer: string;
      /** The reader that becomes the writer, by name. */
      readonly target: string;
      readonly reason: string;
      readonly evidence: readonly string[];
    }
  | {
      readonly state: 'refused';
      readonly cause: SwitchoverRefusal;
      readonly reason: string;
      /** What the operator may do about it. */
      readonly fix: string;
    };

/** What has become of a switchover whose call was made. */
export type SwitchoverReview =
  | { readonly state: 'done'; readonly reason: string }
  /** The writer changed, but to another member; or the call certainly had no effect. */
  | { readonly state: 'aborted'; readonly reason: string; readonly writer: string | null }
  | { readonly state: 'waiting'; readonly reason: string };
