export * from './group-provider.ts';
export * from './parameter-group-provider.ts';
export * from './subnet-group-provider.ts';
export * from './user-group-provider.ts';
export * from './user-provider.ts';
