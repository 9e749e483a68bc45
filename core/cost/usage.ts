/**
 * What a quiet month uses, where the template does not say it. Every number is an assumption that a reader can
 * argue with; none of it comes from a bill.
 */
export const USAGE = {
  hoursPerMonth: 730,
  /** A prober runs until its successor has the lease: the minute, and what a start takes. */
  proberRunSeconds: 62,
  /** One reconcile: read parameters and alarms, write the thresholds when they change. */
  reconcileRunSeconds: 1.5,
  /** Runs of a controller in a quiet month, beside the reconciler's wakes: verdicts that turn, alarms. */
  controllerRunsPerHour: 4,
  controllerRunSeconds: 2,
  /** Size of one observation of three members; above 1 KB a write costs two units. */
  observationBytes: 1024,
  observationKeptDays: 14,
  /** A prober reads thresholds and its lease about as often as this in a minute, strongly consistent. */
  proberReadsPerMinute: 60,
  reconcileReads: 12,
  /** A prober that sees nothing wrong leaves one EMF line in this time, and one a sweep else. */
  quietLineMs: 10_000,
  /** Such a line, with the 26 bytes that CloudWatch Logs adds to a line. */
  metricLineBytes: 640,
  /** START, END and REPORT of one run, and its own lines. */
  runLogBytes: 900,
  logCompression: 0.2,
  /** Processes of an application that throttles: one a zone. */
  throttleInstances: 3,
  /** One run of the throttle: it reads two partitions and writes a lease for each process that has reported. */
  throttleRunSeconds: 0.15,
  /** What a run says of each resource: one EMF line and one of its own. */
  throttleResourceLogBytes: 700,
  /** One report, and one lease, of a resource with ten callers. */
  demandItemBytes: 1024,
  throttleLeaseItemBytes: 1024,
  /** One run of cache-router: it reads the observations of three zones and asks for the rows of each copy. */
  cacheRouterRunSeconds: 0.6,
  cacheFrontRunSeconds: 0.1,
  cacheRouterReads: 16,
  /** START, END and REPORT of one run of cache-router and its calls, and their own lines. */
  cacheRunLogBytes: 2400,
  /** A prober reads the thresholds of the cache every five seconds. */
  cacheProberReadsPerMinute: 12,
  /** A quiet prober writes what it sees of the shards this often, or in half the age in which it grows too old. */
  cacheObservationMsMax: 5000,
  /** One observation without shards, and what each adds; five of an environment with a short name stay below 1 KB. */
  cacheObservationBytes: 159,
  cacheObservationShardBytes: 173,
  /** Processes that read the cache: one a zone. */
  cacheProcesses: 3,
  /** Tasks behind the balancers. */
  frontTargets: 3,
  /** One run of dns-failover: it asks balancers, zone and the public name, and reads what three probers saw. */
  frontRunSeconds: 1,
  frontReads: 16,
  /** START, END and REPORT of a run, its metrics and its own lines. */
  frontRunLogBytes: 2400,
  /** A quiet prober writes what it sees of the targets this often, or in half the age in which it grows too old. */
  frontObservationMsMax: 5000,
  /** A prober reads the list of targets this often. */
  frontTargetsReadSeconds: 2,
  /** An observation or list without targets, and what each adds. */
  frontItemBytes: 500,
  frontTargetBytes: 170,
  /** Capacity units of a balancer: one is 25 new connections a second, or 1 GB an hour. */
  balancerUnits: 1,
  /** A pool of a service asks for its instances this often. */
  discoverSeconds: 5,
  /** One heartbeat is one commit on the writer: about one storage write. */
  heartbeatIos: 1,
} as const;
