/** The statements that the simulated engines understand; anything else is a syntax error. */

export const BEGIN = 'begin';
export const COMMIT = 'commit';
export const ROLLBACK = 'rollback';
/** Takes the id of the write. */
export const INSERT = 'insert into orders (id) values ($1) on conflict do nothing';
/** Takes an id; one row where this member shows the write. */
export const FIND = 'select id from orders where id = $1';
export const COUNT = 'select count(*) from orders';
export const ONE = 'select 1';
/** Takes an id of its own for each beat. */
export const BEAT = 'insert into heartbeat (id) values ($1)';
/** What a member says of itself and of the cluster: a row for each member. */
export const STATUS = 'select * from aurora_replica_status()';

const WRITES: ReadonlySet<string> = new Set([INSERT, BEAT]);
const WORK: ReadonlySet<string> = new Set([INSERT, BEAT, FIND, COUNT]);

export function isWrite(text: string): boolean {
  return WRITES.has(text);
}

/** Touches tables, and so can meet locks and limits. */
export function isWork(text: string): boolean {
  return WORK.has(text);
}

/** A row of STATUS. */
export interface StatusRow {
  readonly id: string;
  readonly self: string;
  /** The member of the row is the writer. */
  readonly isWriter: boolean;
  /** The member that answers is in recovery: it reads only. */
  readonly inRecovery: boolean;
  /** Null on the writer. */
  readonly lagMs: number | null;
  readonly position: number;
}
