export { createDynamoDb, type DynamoDb } from './part.ts';
export type { Availability } from './live-table.ts';
