/** One fault as it is to happen: drawn from the seed, or given by whoever enumerates. Times are epoch ms. */

import type { FolderName } from '../control/defect.ts';
import type { LoadState } from '../database/index.ts';
import type { CacheFaultSpec } from './cache-spec.ts';
import type { FrontFaultSpec, FrontService } from './front-spec.ts';
import type { ServiceFaultSpec } from './service-spec.ts';

/** From when until when; what has no end of its own ends with the safety phase. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * What befalls one request to AWS or to the table. `throttled`: refused at once. `failed`: a server error, nothing
 * was done. `lost`: no answer, and nothing was done. `answer-lost`: done, but the answer never came.
 */
export const CALL_FAULTS = ['throttled', 'failed', 'lost', 'answer-lost'] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/**
 * The n-th external call, from 1, of the first invocation that starts from then on; or the first call of that name,
 * e.g. `rds:FailoverDBCluster`, that any invocation of the function makes from then on.
 */
export type CallPoint = number | string;

/** The functions of the front: the version before did not remember, or did not know of targets. */
export const VERSIONED_FOLDERS = ['dns-failover', 'health-check'] as const;
export type VersionedFolder = (typeof VERSIONED_FOLDERS)[number];

export type FaultSpec =
  /** A member's host dies; the managed service starts it again. */
  | { readonly id: 'F-01'; readonly member: string; readonly from: number }
  | ({ readonly id: 'F-02'; readonly member: string } & Span)
  | ({ readonly id: 'F-03'; readonly member: string; readonly ms: number } & Span)
  /** Logins and reads pass, commits wait. */
  | ({ readonly id: 'F-04'; readonly member: string } & Span)
  /** Queries pass, probes fail. */
  | ({ readonly id: 'F-05'; readonly member: string } & Span)
  /** Every request of one zone's prober to members is dropped. */
  | ({ readonly id: 'F-06'; readonly az: string } & Span)
  /** Requests from these nodes to this member are dropped: `prober:<az>` or `client:<process>`. */
  | ({ readonly id: 'F-07'; readonly nodes: readonly string[]; readonly member: string } & Span)
  /** Describe answers what was true so many versions ago. */
  | ({ readonly id: 'F-14'; readonly versionsBack: number } & Span)
  | ({
      readonly id: 'F-16';
      /** `rds`: the cluster's control plane; `state`, `throttle`: a table; `reads`: parameters and alarms. */
      readonly service: 'rds' | 'state' | 'reads' | 'throttle' | FrontService;
      readonly fault: CallFault;
      /** Share of the calls that it strikes. */
      readonly share: number;
    } & Span)
  | ({
      readonly id: 'F-17';
      readonly source: 'stream' | 'alarm' | 'schedule' | 'throttle-stream' | 'front-stream' | 'tasks';
      readonly effect: 'drop' | 'duplicate' | 'delay';
      /** Of a delay; for a duplicate, how much later the second comes. */
      readonly ms: number;
      readonly share: number;
    } & Span)
  /** An invocation is killed before or after one of its external calls. */
  | {
      readonly id: 'F-18';
      readonly folder: FolderName;
      readonly from: number;
      readonly call: CallPoint;
      readonly when: 'before' | 'after';
    }
  /** An invocation is held before one of its external calls, which then happens. */
  | {
      readonly id: 'F-19';
      readonly folder: FolderName;
      readonly from: number;
      readonly call: CallPoint;
      readonly ms: number;
      /**
       * `function`: the process stands still; its hard time-out goes on. `request`: the request is under way, even
       * after its function has ended, though never longer than its time-out when the resource cannot compare.
       */
      readonly where: 'function' | 'request';
    }
  /** Reserved concurrency is not kept: this many of the function may run at once. */
  | ({ readonly id: 'F-19'; readonly folder: FolderName; readonly concurrency: number } & Span)
  /** A reader replays nothing: it lags more and more. */
  | ({ readonly id: 'F-32'; readonly member: string } & Span)
  /** A member answers with a state that says load. */
  | ({ readonly id: 'F-35'; readonly member: string; readonly sqlState: LoadState } & Span)
  /** A rolling deployment: some invocations that start meanwhile run the version before this one. */
  | ({
      readonly id: 'F-39';
      readonly folder: VersionedFolder;
      /** Share of the invocations that run the version before. */
      readonly share: number;
    } & Span)
  | ServiceFaultSpec
  | CacheFaultSpec
  | FrontFaultSpec;

export type FaultId = FaultSpec['id'];
