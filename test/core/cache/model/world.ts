/**
 * A small world as data: a database with the tables of the protocol, a cache of a few shards, clients that read and
 * write, and a keeper that brings shards back. Values are versions, so that older and newer can be told apart.
 *
 * Now is always 0: times are relative, and a tick makes all of them smaller. So equal situations are equal states.
 */

import {
  addShards,
  type Entry,
  type GrowthGoal,
  type GrowthMemory,
  type GrowthStep,
  type Invalidation,
  type Ledger,
  newHolder,
  newLedger,
  NO_LEASE,
  type Read,
  type Readmission,
  type RingRow,
  type RingView,
  type ShardRow,
  type ShardView,
  unknownRing,
  unknownView,
  WATCH,
} from '../../../../core/cache/protocol/index.ts';

/** Lengths in ticks. */
export const LEASE_TICKS = 1;
export const LIMITS = {
  leaseMs: LEASE_TICKS,
  renewMs: 1,
  driftRatio: 0,
  closedMs: 0,
  openingMs: 0,
  sweepMs: 0,
  entriesMax: 10,
};

export interface Size {
  /** The slot of each key. */
  readonly slotOfKey: readonly number[];
  /** @default - one more than the highest slot */
  readonly shards?: number;
  /** Somebody doubles the number of shards. @default - nobody does */
  readonly growth?: {
    readonly parts: number;
    readonly operators: number;
    /** The ring that it begins with, which everybody has adopted. @default - growing has not begun */
    readonly ring?: RingRow;
  };
  readonly clients: readonly {
    readonly reads: number;
    readonly writes: number;
    /** @default - all of them */
    readonly keys?: readonly number[];
    /** It reads when it has written. @default false */
    readonly isReadingLast?: boolean;
    /** The number of shards that it has the endpoints of. @default - all of them */
    readonly knows?: number;
    /** It has no lease, and knows the ring from before it began to grow. @default false */
    readonly isBehind?: boolean;
  }[];
  /** Writes record their invalidations in their own transactions. */
  readonly records: boolean;
  readonly faults: Faults;
}

/** How often each fault may strike. */
export interface Faults {
  /** A command without an answer: executed, not executed, or executed later. The connection is given up. */
  readonly timeouts: number;
  /** A renewal whose answer comes later than at once. */
  readonly slowRenewals: number;
  /** A transaction whose outcome is not learnt. */
  readonly databaseFailures: number;
  /** The server process dies, and another one starts with the oldest data. */
  readonly restarts: number;
  /** A new process takes the name over, and the old one lives on for those who are connected. */
  readonly takeovers: number;
  /** The name leads back to the process before. */
  readonly flips: number;
  readonly clientCrashes: number;
  readonly keeperCrashes: number;
  readonly operatorCrashes: number;
  /** A growth is given up, or taken up again. */
  readonly turns: number;
}

export interface Process {
  readonly incarnation: string;
  /** By key. */
  readonly data: readonly (Entry<number> | null)[];
}

export interface ReadOp {
  readonly key: number;
  /** Where the ring had it when the read began, and the epoch of that ring. */
  readonly shard: number;
  readonly ring: number;
  readonly state: Read<number>;
  /** The newest version whose write was acknowledged when the read began. */
  readonly floor: number;
  /** The process that gave the fill. */
  readonly filledAt: string | null;
  /** An invalidation reached that process after the fill began. */
  readonly isOutdated: boolean;
}

/** The invalidation on one shard. */
export interface Leg<State extends Invalidation = Invalidation> {
  readonly shard: number;
  readonly state: State;
}

export interface WriteOp {
  readonly key: number;
  readonly version: number;
  /** Those that are not over; null until it is known which shards the key is on. */
  readonly legs: readonly Leg[] | null;
}

export interface Client {
  readonly id: string;
  readonly views: readonly ShardView[];
  readonly ring: RingView;
  /** The process behind each connection. */
  readonly connections: readonly (string | null)[];
  /** A renewal that was sent and answered, and whose answer has not arrived; it may never. */
  readonly renewal: {
    readonly sentAt: number;
    readonly rows: readonly ShardRow[];
    readonly ring: RingRow;
  } | null;
  readonly read: ReadOp | null;
  readonly write: WriteOp | null;
  readonly readsLeft: number;
  readonly writesLeft: number;
}

/**
 * A command that may still arrive at its process. Only a late store could do harm: a deletion or a flush takes away
 * what may be loaded again.
 */
export interface LateStore {
  readonly at: string;
  readonly key: number;
  readonly token: string;
  readonly version: number;
  /** An invalidation reached the process after the fill began. */
  readonly isOutdated: boolean;
}

/** Who doubles the number of shards. */
export interface Operator {
  readonly goal: GrowthGoal;
  readonly memory: GrowthMemory | null;
  /** What it has decided to do, from what it saw. */
  readonly doing: GrowthStep | null;
}

export interface World {
  readonly committed: readonly number[];
  readonly acknowledged: readonly number[];
  readonly ledger: Ledger;
  /** The version that each journal entry is about. */
  readonly journaled: Readonly<Record<number, number>>;
  /** By shard. The last one answers to the name. */
  readonly processes: readonly (readonly Process[])[];
  readonly processesMade: number;
  readonly clients: readonly Client[];
  /** One a shard. */
  readonly keepers: readonly Readmission[];
  readonly operators: readonly Operator[];
  readonly late: readonly LateStore[];
  readonly faults: Faults;
  readonly violation: string | null;
}

/** Everything is well: each shard serves and holds the value of each of its keys, each client is connected and leased. */
export function newWorld(size: Size): World {
  const count = size.shards ?? Math.max(...size.slotOfKey) + 1;
  const shards = size.growth ? 2 * count : count;
  let [ledger] = addShards(newLedger(count), shards);
  const before = ledger.ring;
  ledger = { ...ledger, ring: size.growth?.ring ?? before };
  const rows = ledger.rows.map((row): ShardRow => ({
    ...row,
    state: 'serving',
    incarnation: `p${row.shard}`,
  }));
  ledger = { ...ledger, rows, holders: [] };
  const clients = size.clients.map(({ reads, writes, knows = shards, isBehind = false }, at): Client => {
    const id = `c${at}`;
    ledger = {
      ...ledger,
      holders: [
        ...ledger.holders,
        { ...newHolder(id, 0), adopted: rows.map(({ epoch }) => epoch), ring: ledger.ring.epoch },
      ],
    };
    const leaseUntil = isBehind ? NO_LEASE : LEASE_TICKS;
    const views = rows.map((row): ShardView => ({ row, leaseUntil }));
    const ring = isBehind
      ? { row: before, leaseUntil: NO_LEASE }
      : { row: ledger.ring, leaseUntil: LEASE_TICKS };
    const connections = rows.map(({ incarnation, shard }) => (shard < knows ? incarnation : null));
    return { ...newClient(id, shards, reads, writes), views, ring, connections };
  });
  const data = size.slotOfKey.map((): Entry<number> => ({ kind: 'value', value: 0 }));
  return {
    committed: size.slotOfKey.map(() => 0),
    acknowledged: size.slotOfKey.map(() => 0),
    ledger,
    journaled: {},
    processes: Array.from({ length: shards }, (_, shard) => [{ incarnation: `p${shard}`, data }]),
    processesMade: shards,
    clients,
    keepers: Array.from({ length: shards }, () => WATCH),
    operators: Array.from({ length: size.growth?.operators ?? 0 }, () => IDLE),
    late: [],
    faults: size.faults,
    violation: null,
  };
}

export const IDLE: Operator = { goal: 'grow', memory: null, doing: null };

export function newClient(id: string, shards: number, readsLeft: number, writesLeft: number): Client {
  return {
    id,
    views: Array.from({ length: shards }, (_, shard) => unknownView(shard)),
    ring: unknownRing(shards),
    connections: Array.from({ length: shards }, () => null),
    renewal: null,
    read: null,
    write: null,
    readsLeft,
    writesLeft,
  };
}

export function withClient(world: World, at: number, change: Partial<Client>): World {
  return { ...world, clients: world.clients.with(at, { ...world.clients[at]!, ...change }) };
}

export function withKeeper(world: World, shard: number, keeper: Readmission): World {
  return { ...world, keepers: world.keepers.with(shard, keeper) };
}

export function withOperator(world: World, at: number, change: Partial<Operator>): World {
  return { ...world, operators: world.operators.with(at, { ...world.operators[at]!, ...change }) };
}

export function spent(world: World, fault: keyof Faults): World {
  return { ...world, faults: { ...world.faults, [fault]: world.faults[fault] - 1 } };
}

/** A command is under way on one of its connections. */
export function isCommanding({ read, write, connections }: Client): boolean {
  const isDeleting =
    write?.legs?.some(({ state, shard }) => state.step === 'deliver' && connections[shard] !== null) ?? false;
  return read?.state.step === 'ask' || read?.state.step === 'store' || isDeleting;
}
