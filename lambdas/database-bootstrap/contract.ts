/** Names shared by the database bootstrap and the stack that deploys it as a custom resource. */
export const FUNCTION = 'database-bootstrap';
export const TIMEOUT_S = 300;
export const RESERVED_CONCURRENCY = 1;
export const RESOURCE_TYPE = 'Custom::UnderstudyDatabaseBootstrap';

/** The custom resource's properties. CloudFormation passes every value as a string or a list of strings. */
export interface BootstrapProperties {
  readonly clusterArn: string;
  readonly secretArn: string;
  readonly database: string;
  readonly probeUser: string;
  /** One database role, owning a schema of the same name, for each application. */
  readonly applications: readonly string[];
  /**
   * The copies of the cache whose shards are kept account of in the database, as `name=shards`: `main=4`, `gutter=1`.
   * @default - there is no cache, and nothing of it is made
   */
  readonly caches?: readonly string[];
  /** Raised when the statements change, so that an update runs them again. */
  readonly version: string;
}
