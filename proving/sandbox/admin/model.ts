/** What the sandbox tells about itself on its own routes; plain JSON. */

import type { BalancerNode, ContainerTask } from '../kernel/index.ts';
import type { CallCounts } from '../wire/call-log.ts';
import type { ServiceFaultStatus } from '../wire/service-fault.ts';

export interface MemberStatus {
  readonly id: string;
  readonly az: string;
  readonly role: 'writer' | 'reader';
  readonly status: string;
  readonly address: string;
  readonly port: number;
  readonly endpoint: string;
  readonly pid: number;
}

export interface ClusterStatus {
  readonly id: string;
  readonly status: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  readonly members: readonly MemberStatus[];
}

/** A cache node as whoever breaks it needs to know it. */
export interface CacheNodeStatus {
  /** ReplicationGroupId: the shard's id. */
  readonly groupId: string;
  /** CacheClusterId. */
  readonly nodeId: string;
  /** The shard as clients name it: the group's id, which has one node group. */
  readonly shardName: string;
  readonly az: string;
  readonly role: 'primary' | 'replica';
  /** The root of the process tree that is the node; 0 while it has none. */
  readonly pid: number;
  readonly address: string;
  readonly port: number;
  /** The primary's: the group's primary endpoint; a replica's: its own name. */
  readonly endpoint: string;
  /** CacheClusterStatus. */
  readonly state: string;
}

/** Something that connects to members, cache nodes or targets, and from where: what rules of the network name. */
export interface SourceStatus {
  readonly name: string;
  readonly kind: 'function' | 'task';
  /** The zone of the subnet that a function runs in; null for a task. */
  readonly az: string | null;
  readonly address: string;
}

/** A process that runs a function. */
export interface FunctionProcess {
  /** As reports name the function. */
  readonly name: string;
  readonly pid: number;
}

/** A call that IAM refused. */
export interface DeniedCall {
  /** Epoch ms. */
  readonly at: number;
  readonly principal: string;
  /** The function that called; null where no function did. */
  readonly function: string | null;
  readonly action: string;
  readonly resource: string;
}

/** An AWS API that is taken away: all of it, or only what creates, changes, deletes and describes resources. */
export interface DeniedService {
  /** As the SDK names it, or SigV4 signs for it: `rds`, `dynamodb`, `cloudwatch`. */
  readonly service: string;
  readonly kind: 'all' | 'control';
}

export interface SandboxStatus {
  readonly clusters: readonly ClusterStatus[];
  readonly functions: Readonly<Record<string, { readonly invocations: number; readonly errors: number }>>;
  readonly functionsEnabled: boolean;
  readonly stacks: readonly string[];
  readonly resourcesEnacted: number;
  readonly resourcesInert: number;
  readonly notEnacted: readonly string[];
  readonly tasks: readonly { readonly name: string; readonly pid: number; readonly port: number }[];
  /** The tasks of ECS: those that are there, and those that have ended within the last minutes. */
  readonly containerTasks: readonly ContainerTask[];
  /** Every address of every load balancer. */
  readonly balancerNodes: readonly BalancerNode[];
  /** Calls and errors by AWS service and operation since the start. */
  readonly apiCalls: CallCounts;
  /** Calls that IAM refused since the start. */
  readonly denials: number;
  /** The newest of them, oldest first: `DENIED_SHOWN_MAX` at most. */
  readonly denied: readonly DeniedCall[];
  /** The service fault that is set, and what it has met; null for none. */
  readonly serviceFault: ServiceFaultStatus | null;
  /** One for each function in a VPC and zone, and one for each task. */
  readonly sources: readonly SourceStatus[];
  /** The most that the sandbox and all it started had resident, in MB; a page that they share counts once. */
  readonly rssMbPeak: number;
}

export const DENIED_SHOWN_MAX = 100;

export const ADMIN_PREFIX = '/_sandbox/';
/** The operator's secret key, so that only its owner can break things. */
export const ADMIN_KEY_HEADER = 'x-understudy-key';
