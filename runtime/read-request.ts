/**
 * One read: a first attempt, a second one elsewhere when the first fails or is late, and a deadline over all. The
 * first answer wins. An attempt that lost runs on to its own limit: its reply is read and thrown away, or its
 * connection is destroyed (I-26).
 */

import { type FailureKind, type Position, readMayMove } from '../core/pools/index.ts';
import { DatabaseFailure, PoolError } from './errors.ts';
import type { Cancel, Clock } from './ports.ts';
import type { Lease, LeaseWish } from './read-leases.ts';
import type { Wish } from './readers.ts';
import { LeasedSession, type Session } from './session.ts';

export type ReadWork<T> = (session: Session) => Promise<T>;

/** What the request needs of its pool. */
export interface ReadHost {
  readonly clock: Clock;
  leaseNow(wish: Wish): Lease | null;
  lease(wish: LeaseWish): Promise<Lease>;
  /** Takes one extra attempt from the retry budget. */
  takeAttempt(attempts: number): boolean;
  secondAttemptMs(): number;
  answered(lease: Lease, elapsedMs: number, inTime: boolean): void;
  failed(lease: Lease, kind: FailureKind): void;
  late(memberId: string): void;
}

export interface ReadRequestOptions<T> {
  readonly work: ReadWork<T>;
  readonly after: Position | null;
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
}

type Phase = 'waiting' | 'connecting' | 'sent';

interface Attempt {
  phase: Phase;
  memberId: string | null;
  late: boolean;
}

export class ReadRequest<T> {
  readonly #host: ReadHost;
  readonly #options: ReadRequestOptions<T>;
  readonly #tried = new Set<string>();
  readonly #deadlineAt: number;
  #attempts = 0;
  #running = 0;
  #settled = false;
  #error: Error | null = null;
  #pushedBack = 0;
  #cancelDeadline: Cancel = () => {};
  #cancelSecond: Cancel = () => {};
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;

  constructor(host: ReadHost, options: ReadRequestOptions<T>) {
    this.#host = host;
    this.#options = options;
    this.#deadlineAt = host.clock.now() + options.deadlineMs;
  }

  run(): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#cancelDeadline = this.#host.clock.after(this.#options.deadlineMs, () => this.#expire());
      this.#start();
    });
  }

  #start(): void {
    const attempt: Attempt = { phase: 'waiting', memberId: null, late: false };
    this.#attempts += 1;
    this.#running += 1;
    if (this.#attempts === 1) this.#armSecond(attempt);
    void this.#attempt(attempt);
  }

  /** Starts a second attempt when the first is late. A timer that fires late itself blames this process first. */
  #armSecond(first: Attempt): void {
    const { clock } = this.#host;
    const ms = this.#host.secondAttemptMs();
    const dueAt = clock.now() + ms;
    let patience = 1;
    const due = (): void => {
      if (this.#settled) return;
      const stalled = clock.now() - dueAt > ms;
      if (patience > 0 && (stalled || first.phase === 'waiting')) {
        patience -= 1;
        this.#cancelSecond = clock.after(ms, due);
        return;
      }
      if (first.phase === 'waiting') return;
      if (first.phase === 'sent') {
        first.late = true;
        this.#host.late(first.memberId!);
      }
      if (this.#running === 1 && this.#attempts === 1 && this.#host.takeAttempt(this.#attempts))
        this.#start();
    };
    this.#cancelSecond = clock.after(ms, due);
  }

  async #attempt(attempt: Attempt): Promise<void> {
    let lease: Lease;
    try {
      const wish = { tried: this.#tried, after: this.#options.after };
      const atHand = this.#host.leaseNow(wish);
      // A member has too much to do, so nothing new is opened at another one and nobody is waited for.
      if (!atHand && this.#pushedBack > 0) throw this.#error!;
      lease = atHand ?? (await this.#leaseLater(attempt));
    } catch (error) {
      if (error instanceof DatabaseFailure) this.#tried.add(error.memberId);
      this.#fail(error);
      return;
    }
    if (this.#settled) {
      lease.set.release(lease.connection);
      return;
    }
    this.#tried.add(lease.memberId);
    attempt.phase = 'sent';
    attempt.memberId = lease.memberId;
    await this.#work(lease, attempt);
  }

  #leaseLater(attempt: Attempt): Promise<Lease> {
    return this.#host.lease({
      tried: this.#tried,
      after: this.#options.after,
      deadlineAt: this.#deadlineAt,
      connecting: () => {
        attempt.phase = 'connecting';
      },
    });
  }

  async #work(lease: Lease, attempt: Attempt): Promise<void> {
    const { clock } = this.#host;
    const startedAt = clock.now();
    const session = new LeasedSession(lease.connection);
    const limitMs = Math.max(1, Math.min(this.#options.attemptTimeoutMs, this.#deadlineAt - startedAt));
    let timedOut = false;
    const cancel = clock.after(limitMs, () => {
      timedOut = true;
      session.end();
      lease.set.drop(lease.connection);
    });
    try {
      const value = await this.#options.work(session);
      cancel();
      session.end();
      lease.set.release(lease.connection);
      if (timedOut) throw this.#timedOut(lease, limitMs);
      this.#host.answered(lease, clock.now() - startedAt, !attempt.late);
      this.#win(value);
    } catch (thrown) {
      cancel();
      session.end();
      const error = timedOut ? this.#timedOut(lease, limitMs, thrown) : thrown;
      if (error instanceof DatabaseFailure) this.#blame(lease, error.kind);
      lease.set.release(lease.connection);
      this.#fail(error);
    }
  }

  #timedOut(lease: Lease, ms: number, cause?: unknown): DatabaseFailure {
    const message = `no answer within ${Math.round(ms)} ms`;
    return new DatabaseFailure('timed-out', { memberId: lease.memberId, message, cause });
  }

  /** Drops the connection where the failure says it is no good, and reports. */
  #blame(lease: Lease, kind: FailureKind): void {
    if (kind !== 'caller' && kind !== 'conflict' && kind !== 'load') lease.set.drop(lease.connection);
    this.#host.failed(lease, kind);
  }

  #win(value: T): void {
    this.#running -= 1;
    if (this.#settled) return;
    this.#end();
    this.#resolve(value);
  }

  #fail(thrown: unknown): void {
    this.#running -= 1;
    if (this.#settled) return;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#error = error;
    const mayMove = error instanceof DatabaseFailure && this.#mayMove(error);
    const refused = error instanceof PoolError;
    if (mayMove && this.#host.clock.now() < this.#deadlineAt && this.#host.takeAttempt(this.#attempts)) {
      this.#start();
      return;
    }
    if ((mayMove || refused) && this.#running > 0) return;
    this.#end();
    this.#reject(error);
  }

  /** One member that has too much to do may be the only one; two are no accident. */
  #mayMove(failure: DatabaseFailure): boolean {
    if (failure.pushedBack) this.#pushedBack += 1;
    return readMayMove(failure.kind) && this.#pushedBack < 2;
  }

  #expire(): void {
    if (this.#settled) return;
    this.#end();
    const message = `no answer within the deadline of ${this.#options.deadlineMs} ms`;
    this.#reject(new PoolError('deadline-exceeded', message, this.#error ?? undefined));
  }

  #end(): void {
    this.#settled = true;
    this.#cancelDeadline();
    this.#cancelSecond();
  }
}
