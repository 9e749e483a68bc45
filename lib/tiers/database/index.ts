export type { DatabaseMember, IDatabaseTier } from './base.ts';
export { DatabaseBootstrap, type CacheLedger, type DatabaseBootstrapProps } from './bootstrap.ts';
export {
  DatabaseTier,
  readerPoolOf,
  type DatabaseTierAttributes,
  type DatabaseTierProps,
} from './database-tier.ts';
export { ReaderPoolEndpoint, type ReaderPoolEndpointProps } from './reader-pool-endpoint.ts';
