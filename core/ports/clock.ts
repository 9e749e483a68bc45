/** Time, as a port: the same code runs on a real clock and in simulated time. */
export interface Clock {
  /** Epoch milliseconds. May step; see the clock guard. */
  now(): number;
  /** Milliseconds that only grow, from an arbitrary start. Leases and deadlines are measured by it. */
  monotonic(): number;
  sleep(ms: number): Promise<void>;
}
