/** What a drill of the edge, web and service tiers needs of its place, besides what every drill needs. */

import type { EdgeNode, ServiceTask, TierRecords } from '../model.ts';

/** How a client comes in: by the public name alone. */
export interface Door {
  /** `https://<domain>`. */
  readonly url: string;
  /** The resolver of clients, `<address>:<port>`. */
  readonly dns: string;
  /** PEM of whom clients trust. */
  readonly ca: string;
  /** The loopback address that the client connects from, so that it can be cut off. @default - the system's choice */
  readonly from?: string;
}

/** A version of the web tier that is deployed as a user deploys one. */
export interface Deployment {
  /** `good`: as the one that runs, under another name. `bad`: its health path answers 503. */
  readonly what: 'good' | 'bad';
  /** With a rolling deployment and its circuit breaker, or as a plain restart: all old tasks end, then new ones start. */
  readonly how: 'rolling' | 'restart';
}

export interface Deployed {
  /** The version that was to be there. */
  readonly version: string;
  /** False where the deployment was rolled back. */
  readonly completed: boolean;
  /** What the deployment said of why it failed; null for one that completed. */
  readonly reason: string | null;
}

export interface FrontPlace {
  readonly door: Door;
  /** Every task that runs, of the web and the service tiers. */
  tasks(): Promise<readonly ServiceTask[]>;
  /** Every address of every balancer that answers. */
  nodes(): Promise<readonly EdgeNode[]>;
  /** Everything that the control plane of edge and web wrote since then; null when its functions are off. */
  records(sinceMs: number): Promise<TierRecords | null>;
  /** Calls of the Route 53 API since the sandbox began, but those that only read. */
  route53Changes(): Promise<number>;
  /** Processes of the prober of a zone, each the root of its tree. */
  proberPids(az: string): Promise<readonly number[]>;
  /** Resolves when the deployment is over, one way or the other. Deploys over what an earlier one has left. */
  deploy(deployment: Deployment): Promise<Deployed>;
  /** Deploys the environment as its files say, when something else was deployed. */
  restore(): Promise<void>;
  /** Whether web tasks send to services through our pool, or take them in turns and nothing else. */
  setPool(kind: 'ours' | 'plain'): Promise<void>;
  /** Resolves when every balancer has all its addresses, and every task that there is to be runs and is healthy. */
  healthy(timeoutMs: number): Promise<void>;
}
