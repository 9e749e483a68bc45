/**
 * One transaction on one connection, with the one thing a caller needs when it fails: whether COMMIT had been
 * sent. Before that, a failed attempt certainly had no effect; after it, only an answer tells.
 */

import type { FailureKind, WritePhase } from '../core/pools/index.ts';
import { DatabaseFailure } from './errors.ts';
import type { Clock, Connection } from './ports.ts';
import { LeasedSession, type Session } from './session.ts';

export type WriteWork<T> = (session: Session) => Promise<T>;

export type TransactionEnd<T> =
  | { readonly kind: 'committed'; readonly value: T }
  /** The application's own code threw: rolled back, its error is the caller's. */
  | { readonly kind: 'abandoned'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly failure: DatabaseFailure; readonly phase: WritePhase };

export interface TransactionOptions<T> {
  readonly clock: Clock;
  readonly connection: Connection;
  readonly work: WriteWork<T>;
  readonly timeoutMs: number;
}

/** Never rejects. Where it ends otherwise than `committed`, ask `connection.reusable` before reuse. */
export async function transact<T>(options: TransactionOptions<T>): Promise<TransactionEnd<T>> {
  const { clock, connection, work, timeoutMs } = options;
  const session = new LeasedSession(connection);
  const progress: { phase: WritePhase; timedOut: boolean } = { phase: 'before-commit', timedOut: false };
  const cancel = clock.after(timeoutMs, () => {
    progress.timedOut = true;
    session.end();
    connection.destroy();
  });
  try {
    await connection.query('begin');
    const value = await work(session);
    session.end();
    if (progress.timedOut) throw lateFailure(connection, timeoutMs);
    progress.phase = 'commit';
    await commit(connection);
    return { kind: 'committed', value };
  } catch (thrown) {
    session.end();
    const { phase, timedOut } = progress;
    if (timedOut) return { kind: 'failed', failure: lateFailure(connection, timeoutMs, thrown), phase };
    if (phase === 'before-commit') await rollback(connection);
    if (thrown instanceof DatabaseFailure) return { kind: 'failed', failure: thrown, phase };
    return { kind: 'abandoned', error: thrown };
  } finally {
    cancel();
  }
}

/** A transaction in which a statement failed answers COMMIT with a rollback, and no error. */
async function commit(connection: Connection): Promise<void> {
  const status = await connection.query('commit');
  if (status.command !== 'ROLLBACK') return;
  const message = 'the transaction was rolled back: an error inside it was caught and not passed on';
  throw new DatabaseFailure('caller', { memberId: connection.memberId, message, sqlState: '25P02' });
}

async function rollback(connection: Connection): Promise<void> {
  try {
    await connection.query('rollback');
  } catch {
    connection.destroy();
  }
}

function lateFailure(connection: Connection, ms: number, cause?: unknown): DatabaseFailure {
  const kind: FailureKind = 'timed-out';
  const message = `no answer within ${Math.round(ms)} ms`;
  return new DatabaseFailure(kind, { memberId: connection.memberId, message, cause });
}
