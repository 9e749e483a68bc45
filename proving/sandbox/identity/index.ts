export { type IdentityOptions, type IdentityPart, createIdentity } from './identity.ts';
export { type DatabaseLogin, authorizeDatabaseLogin, databaseUserArn } from './database-access.ts';
export { AWS_MANAGED_POLICIES } from './managed-policies.ts';
export type { OperatorKey } from './keys.ts';
export { needPolicy } from './directory.ts';
