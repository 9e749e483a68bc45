/**
 * Every failure the kit knows, spelled the same in code, metric, alarm, runbook and drill. Closed: a new
 * failure is added here first, and the tests then ask for its alarm and its runbook section.
 */
export const FAILURES = [
  /** A reader cannot be reached: connecting, TLS or login fails or times out. */
  'reader-unreachable',
  /** A reader answers with an error that is not a sign of load. */
  'reader-broken',
  /** A reader's replica lag is above `lagMsMax`. */
  'reader-lagging',
  /** Fewer readers are published than the panic floor allows; the pool fails open. */
  'readers-low',
  /** The writer cannot be reached. */
  'writer-unreachable',
  /** The member known as the writer refuses writes (SQLSTATE 25006). */
  'writer-read-only',
  /** The writer accepts connections but heartbeat writes time out. */
  'writer-stalled',
  /** A prober wrote no observation for two intervals. */
  'prober-silent',
  /** A prober fails on more than half of all targets, so it does not vote. */
  'prober-blind',
  /** A recovery is unfinished beyond its bound, or one of its steps failed. */
  'recovery-failed',
  /** A control-plane function ends in an error, is throttled, or its dead-letter queue holds messages. */
  'function-failing',
  /** A parameter was refused; the last good value stays in force. */
  'parameter-refused',
  /** Callers together want more of a resource than its capacity; each gets its share. */
  'throttle-over-capacity',
  /** A prober cannot reach a shard of the cache: connecting, TLS, login or an answer fails or times out. */
  'shard-unreachable',
  /** A shard has served no hits for longer than `quarantined-ms`: its keys are misses. */
  'shard-quarantined',
  /** A shard's server has no processor time left: every key on it is slow. */
  'shard-busy',
  /** An application refuses loads at misses, because the database bears no more of them. */
  'read-budget-spent',
  /** A prober gets no good answer from a task behind the balancer: connecting or answering fails or times out. */
  'target-unreachable',
  /** Fewer targets are fit than the panic floor allows; nothing more is deregistered. */
  'targets-low',
  /** Most targets of one zone fail while those of the others do not. */
  'zone-gray',
  /** The name that clients know gives no good answer from outside. */
  'edge-unreachable',
  /** A DNS record is not what was deployed, or points at nothing that exists. */
  'record-drifted',
  /** A deployment of tasks was rolled back. */
  'deployment-failed',
] as const;

export type Failure = (typeof FAILURES)[number];
