/** What a drill needs of the place it runs in. The command line implements it; a drill never looks inside. */

import type pg from 'pg';
import type { QuotasDocument } from '../../core/throttle/index.ts';
import type { FrontPlace } from './front/ports.ts';
import type { CacheNode, Denial, Member, Records, TierRecords, Viewpoint } from './model.ts';

/** What happens to bytes between two ends, in both directions and on open connections too. The first match counts. */
export interface NetworkRule {
  /** The address that connects, or `*`. */
  readonly from: string;
  /** The address that is connected to, or `*`. */
  readonly to: string;
  /** A delay is that of one direction. What is dropped is not refused: it is silence. */
  readonly effect: { readonly kind: 'drop' } | { readonly kind: 'delay'; readonly ms: number };
}

/** An AWS API that is taken away: all of it, or only what creates, changes, deletes and describes resources. */
export interface Deny {
  readonly service: string;
  readonly kind: 'all' | 'control';
}

/**
 * An AWS service that does not answer. hang: it takes requests and says nothing. kill: it resets every connection.
 * partition: as hang, for the calls of these tasks alone.
 */
export interface ServiceFault {
  readonly service: string;
  readonly kind: 'hang' | 'kill' | 'partition';
  /** For a partition alone. */
  readonly tasks?: readonly string[];
}

/** How a service met a call. */
export type ServiceAnswer = 'answer' | 'silence' | 'reset';

/** What a plain client needs to log in to a node of the cache. */
export interface CacheLogin {
  readonly user: string;
  /** A token; it lives for minutes. */
  readonly password: string;
  readonly ca: string;
}

/** An application that a drill started for itself. */
export interface DrillTask {
  readonly name: string;
  /** Root of its process tree. */
  readonly pid: number;
  readonly address: string;
  readonly port: number;
  readonly url: string;
}

export interface DrillPlace {
  readonly pace: string;
  readonly versions: Readonly<Record<string, string>>;
  /** The name under which writers connect. */
  readonly clusterEndpoint: string;
  /** The name that plain clients use for reads: one address an answer, taking turns. */
  readonly readerEndpoint: string;
  /** Base URL of the application under test: ours, or the control with plain clients. */
  application(kind: 'shop' | 'control'): Promise<string>;
  /** Starts one more instance of it under a name of its own, with variables besides those that it always has. */
  startTask(
    name: string,
    kind: 'shop' | 'control',
    env: Readonly<Record<string, string>>,
  ): Promise<DrillTask>;
  /** Ends an instance; one that is gone is none to end. */
  endTask(name: string): Promise<void>;
  /** With it the tokens of callers are signed, and verified by every application that this place starts; base64url. */
  readonly tokenKey: string;
  /**
   * Puts the engineer's quotas of a resource, or with null takes them away, so that the template's count again. With
   * an instance it resolves when their limits are in force there, with the time that took; rejects when they are not
   * within 40 s. Null where nobody waited.
   */
  setQuotas(resource: string, document: QuotasDocument | null, instance?: DrillTask): Promise<number | null>;
  members(): Promise<readonly Member[]>;
  /** The nodes of the cache, by copy and shard; none where no cache is deployed. */
  cacheNodes(): Promise<readonly CacheNode[]>;
  /** How a plain client logs in to a node as the application. */
  cacheLogin(node: CacheNode): Promise<CacheLogin>;
  /** Starts a node again that was killed, on what it had written to its append-only file. */
  restartOnOldData(node: CacheNode): Promise<void>;
  /** Who connects to members: every prober and every application that runs. */
  viewpoints(): Promise<readonly Viewpoint[]>;
  /** The address a client's resolver gives for a name now; null when there is none. */
  resolve(name: string): Promise<string | null>;
  /** How to connect a plain client to one address under the name that its certificate carries. */
  connection(address: string, name: string): Promise<pg.ClientConfig>;
  /** Everything the control plane wrote since then; null when its functions are off. */
  records(sinceMs: number): Promise<Records | null>;
  /** Everything that the control plane of the cache wrote since then; null when its functions are off. */
  cacheRecords(sinceMs: number): Promise<TierRecords | null>;
  /** Calls that were refused since then, oldest first. */
  denied(sinceMs: number): Promise<readonly Denial[]>;
  /** A person's word that earlier failovers of ours do not hold back the next one (I-10). Returns how many did. */
  acknowledge(why: string): Promise<number>;
  /** Replaces all rules of the network; none heals it. */
  setNetwork(rules: readonly NetworkRule[]): Promise<void>;
  /** Stops or continues the replay of a reader. */
  setReplay(memberId: string, paused: boolean): Promise<void>;
  /** Switches every function of the control plane off or on. */
  setFunctions(enabled: boolean): Promise<void>;
  /** The state table's stream to the functions, off or on. */
  setStreams(enabled: boolean): Promise<void>;
  /** Alarms and what they do, off or on. */
  setAlarms(enabled: boolean): Promise<void>;
  /** Takes one AWS API away from everybody; null gives it back. */
  setDenied(deny: Deny | null): Promise<void>;
  /** Breaks one AWS service; null gives it back. */
  setServiceFault(fault: ServiceFault | null): Promise<void>;
  /** Requests that the service fault has met, by the task that sent them. */
  metServiceFault(): Promise<Readonly<Record<string, number>>>;
  /** Reads the table that leases are in, as somebody who is no task. */
  askLeaseStore(): Promise<ServiceAnswer>;
  /** How clients come in, and what they come through; null where the environment has no edge. */
  readonly front: FrontPlace | null;
  /** Resolves when every member is available, replicating and seen healthy; rejects after `timeoutMs`. */
  healthy(timeoutMs: number): Promise<void>;
  /** Tells people what goes on; never part of the measured output. */
  say(line: string): void;
}
