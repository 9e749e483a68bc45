/** Environment variables that `lib/` sets and every function reads. One place, imported by both sides. */
export const ENV = {
  /** Name of the environment, e.g. `demo`. */
  env: 'UNDERSTUDY_ENV',
  /** Report name of the function: its folder, the probers' with `-<az>`. */
  function: 'UNDERSTUDY_FUNCTION',
  stateTable: 'UNDERSTUDY_STATE_TABLE',
  /**
   * Availability zones that have a prober, joined by commas. For replica-pool, write-failover and reconcile.
   * Default: the Region's zones `a` to `f`.
   */
  zones: 'UNDERSTUDY_ZONES',
  /** Applications whose outcome items are client evidence, joined by commas. Default: none, so clients abstain. */
  applications: 'UNDERSTUDY_APPLICATIONS',
  /** Mode of the function while the control item names none: `act`, `observe` or `off`. See each contract. */
  mode: 'UNDERSTUDY_MODE',
} as const;

/** Set for the functions that look after the database tier. */
export const DATABASE_ENV = {
  /** DBClusterIdentifier. */
  cluster: 'UNDERSTUDY_CLUSTER',
  /** The cluster (writer) endpoint's host name. */
  clusterEndpoint: 'UNDERSTUDY_CLUSTER_ENDPOINT',
  /** The members known at deployment: `instanceId=host` pairs joined by commas. The closed set of SEC-09. */
  members: 'UNDERSTUDY_MEMBERS',
  port: 'UNDERSTUDY_DATABASE_PORT',
  /** Name of the database to connect to. */
  database: 'UNDERSTUDY_DATABASE',
  /** The role the probers log in as, with an IAM token. */
  probeUser: 'UNDERSTUDY_PROBE_USER',
  /** DBClusterEndpointIdentifier of the READER custom endpoint. */
  customEndpoint: 'UNDERSTUDY_CUSTOM_ENDPOINT',
} as const;

/** Set for the functions that know the throttled resources: throttle and reconcile. */
export const THROTTLE_ENV = {
  /** Name of the throttle table. For throttle only. */
  table: 'UNDERSTUDY_THROTTLE_TABLE',
  /** The resources known at deployment: `resource=application` pairs joined by commas. Default: none. */
  resources: 'UNDERSTUDY_THROTTLED_RESOURCES',
} as const;

/**
 * Set for the functions that know the shards of the cache: health-check, cache-router and cache-front. Lists are
 * `<replication group id>=<host>:<port>` joined by commas, in the order of the shards, as the applications are told.
 */
export const CACHE_ENV = {
  /** The main copy. Default: no cache. */
  shards: 'UNDERSTUDY_CACHE_SHARDS',
  /** The second copy of `double`. Default: none. */
  copies: 'UNDERSTUDY_CACHE_COPIES',
  /** Default: none. */
  gutter: 'UNDERSTUDY_CACHE_GUTTER',
  /** The ElastiCache user that the probers log in as: `<env>-health-check`. For health-check only. */
  probeUser: 'UNDERSTUDY_CACHE_PROBE_USER',
  /** The ElastiCache user that cache-front logs in as: `<env>-cache-front`. For cache-front only. */
  frontUser: 'UNDERSTUDY_CACHE_FRONT_USER',
  /** Name or ARN of the function cache-front. For cache-router only. */
  front: 'UNDERSTUDY_CACHE_FRONT',
} as const;

/** Set for the functions that know the balancers, tasks and names: dns-failover, health-check and reconcile. */
export const FRONT_ENV = {
  /** Name of the front table. Default: there is no web tier. */
  table: 'UNDERSTUDY_FRONT_TABLE',
  /** Services whose strategy `reconcile` copies into force, joined by commas. For reconcile only. Default: none. */
  services: 'UNDERSTUDY_SERVICES',
} as const;

/** The database role that cache-front logs in as, with an IAM token. The bootstrap makes it and grants it the ledger. */
export const CACHE_FRONT_ROLE = 'understudy_cache_front';

/** Where the Lambda runtime keeps the Amazon certificate authorities; the probers verify the database by it. */
export const LAMBDA_CA_FILE = '/var/runtime/ca-cert.pem';

/** The database objects the bootstrap makes. */
export const PROBE_USER = 'understudy_probe';
export const HEARTBEAT_SCHEMA = 'understudy';
export const HEARTBEAT_TABLE = 'heartbeat';

/**
 * The lease of whoever changes the writer: the write-failover controller, and an operator's switchover. It outlives
 * the function's hard time-out plus the request time-out (I-07: 60 s > 25 s + 10 s).
 */
export const WRITER_LEASE = { name: 'write-failover', ms: 60_000, requestMs: 10_000 } as const;

/** Folder names of the controllers, as wake items and ledger items name them. */
export const CONTROLLERS = ['replica-pool', 'write-failover'] as const;

/** Metric of every controller, by environment: a recovery of its own that needs a person. High resolution. */
export const RECOVERY_FAILED = 'recovery-failed';

/** Dimensions of every metric: the environment, and where it applies the member or the AZ. */
export const DIMENSION = {
  env: 'Environment',
  member: 'Member',
  /** Id of a shard's replication group. */
  shard: 'Shard',
  az: 'AvailabilityZone',
  function: 'Function',
  resource: 'Resource',
} as const;
