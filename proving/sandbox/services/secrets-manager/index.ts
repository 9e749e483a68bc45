export { type SecretsManagerPart, createSecretsManager } from './secrets-manager.ts';
export type { DatabaseTarget, FindDatabase, TargetType } from './attachment-provider.ts';
