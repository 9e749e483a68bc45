/**
 * What a database error means for the member that answered and for the caller. A pure table: the pools, the
 * probers and the errors all read the same one.
 */

/**
 * - `lost`: the connection is gone or going; the member may be dead. Drop it, look for another member.
 * - `read-only`: this member is not the writer (any more).
 * - `timed-out`: no answer within our own limit.
 * - `broken`: the member answers, but cannot do its work (disk, internal error).
 * - `login`: the member refuses who we are.
 * - `load`: too much work or a lock; never a sign of death.
 * - `conflict`: the statement lost a race and was rolled back; the same statement may succeed now.
 * - `unknown`: the server itself cannot tell whether the statement took effect.
 * - `caller`: the statement is wrong or a constraint refuses it; the same statement fails anywhere.
 */
export type FailureKind =
  'lost' | 'read-only' | 'timed-out' | 'broken' | 'login' | 'load' | 'conflict' | 'unknown' | 'caller';

const BY_CODE: Readonly<Record<string, FailureKind>> = {
  '25006': 'read-only',
  '57P01': 'lost',
  '57P02': 'lost',
  '57P03': 'lost',
  '57P05': 'lost',
  '53100': 'broken',
  '55P03': 'load',
  '57014': 'load',
  '40001': 'conflict',
  '40P01': 'conflict',
  '40003': 'unknown',
};

const BY_CLASS: Readonly<Record<string, FailureKind>> = {
  '08': 'lost',
  '28': 'login',
  '53': 'load',
  '58': 'broken',
  XX: 'broken',
};

/** Classifies a SQLSTATE (PostgreSQL, appendix A). Everything not listed is the caller's own error. */
export function classifySqlState(sqlState: string): FailureKind {
  return BY_CODE[sqlState] ?? BY_CLASS[sqlState.slice(0, 2)] ?? 'caller';
}

/**
 * True where the server says that it has too much to do, and not until when: too many connections, too little memory,
 * a configured limit. What it refused is not sent to it again. A full disk is no load, and a server that only starts
 * up (57P03) is a member that is not there yet: it comes back by the back-off of its connections.
 */
export function pushesBack(sqlState: string | null): boolean {
  return sqlState !== null && classifySqlState(sqlState) === 'load' && sqlState.startsWith('53');
}

/** True where the failure is evidence against the member. Load is not, and neither is the caller's own error. */
export function blamesMember(kind: FailureKind): boolean {
  return kind === 'lost' || kind === 'timed-out' || kind === 'broken' || kind === 'login';
}

/** True where the same read may well succeed on another member. */
export function readMayMove(kind: FailureKind): boolean {
  return blamesMember(kind) || kind === 'conflict' || kind === 'load' || kind === 'read-only';
}

/** True where the writer must be looked for again before the next write. */
export function doubtsWriter(kind: FailureKind): boolean {
  return blamesMember(kind) || kind === 'read-only';
}

/** How far a transaction had come when it failed. `commit`: COMMIT was sent and its answer did not arrive. */
export type WritePhase = 'before-commit' | 'commit';

/**
 * What may be done about a failed write. `again`: it certainly did not take effect, and another attempt may
 * succeed. `check`: nobody knows whether it took effect. `give-up`: it did not, and will not.
 */
export type WriteVerdict = 'again' | 'check' | 'give-up';

export function judgeWrite(failure: {
  readonly kind: FailureKind;
  readonly phase: WritePhase;
  readonly idempotent: boolean;
}): WriteVerdict {
  const { kind, phase, idempotent } = failure;
  if (kind === 'caller') return 'give-up';
  const certain =
    kind === 'read-only' || kind === 'conflict' || (phase === 'before-commit' && kind !== 'unknown');
  return certain || idempotent ? 'again' : 'check';
}
