/**
 * The state table: one DynamoDB table an environment, keys `pk` and `sk`, time to live in `expiresAt`
 * (epoch seconds), stream NEW_AND_OLD_IMAGES. All other attributes of an item are those of its type in
 * `items.ts`, stored as DynamoDB attribute values by the marshaller.
 */

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const OBSERVATION_KEPT_DAYS = 14;

/** `sk` is the ISO time, so the newest sorts last. */
export function datedKey(partition: string, at: number): Key {
  return { pk: partition, sk: new Date(at).toISOString() };
}

/** One item a sweep of one prober. */
export function observationKey(az: string, at: number): Key {
  return datedKey(observationPartition(az), at);
}
export function observationPartition(az: string): string {
  return `observation#${az}`;
}

/** One item a process of an application; its IAM role may write this partition alone (leading key). */
export function outcomeKey(application: string, processId: string): Key {
  return { pk: outcomePartition(application), sk: processId };
}
export function outcomePartition(application: string): string {
  return `outcome#${application}`;
}

export function leaseKey(name: string): Key {
  return { pk: `lease#${name}`, sk: 'lease' };
}

/** The recovery ledger of one cluster. `sk` is `<ISO time>#<id>`, so the newest sorts last. */
export function ledgerKey(clusterId: string, startedAt: number, id: string): Key {
  return { pk: ledgerPartition(clusterId), sk: `${new Date(startedAt).toISOString()}#${id}` };
}
export function ledgerPartition(clusterId: string): string {
  return `ledger#${clusterId}`;
}

/** What the reader-pool controller remembers of one cluster between invocations. */
export function poolKey(clusterId: string): Key {
  return { pk: `pool#${clusterId}`, sk: 'pool' };
}

/** The thresholds in force for one tier, copied from Parameter Store after validation. */
export function thresholdsKey(tier: string): Key {
  return { pk: 'thresholds', sk: tier };
}

/** Mode and pause of one tier, or of all (`tier` = `all`). Read at the write, not at the start. */
export function controlKey(tier: string): Key {
  return { pk: 'control', sk: tier };
}

/** The history of holds and releases. `sk` starts with the ISO time, so the newest sorts last. */
export function controlChangeKey(tier: string, at: number): Key {
  return { pk: 'control-change', sk: `${new Date(at).toISOString()}#${tier}` };
}

/** A request to run a controller now. Its stream record wakes the controller; any function may write it. */
export function wakeKey(controller: string): Key {
  return { pk: `wake#${controller}`, sk: 'wake' };
}
