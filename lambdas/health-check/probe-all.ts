import type { DatabaseMember, MemberProbe, MemberStatus, ProbeResult } from '../../core/ports/index.ts';
import type { Sample } from '../../core/state/items.ts';

/** Every member makes a new login once in this many sweeps, each in its own turn. */
export const FRESH_LOGIN_SWEEPS = 10;

export function isFreshLoginDue(sweep: number, index: number): boolean {
  return (sweep + index) % FRESH_LOGIN_SWEEPS === FRESH_LOGIN_SWEEPS - 1;
}

export interface SweepRequest {
  readonly members: readonly DatabaseMember[];
  /** The member known as the writer: it gets a heartbeat write even if it does not call itself the writer. */
  readonly writer: string | null;
  readonly timeoutMs: number;
  readonly sweep: number;
}

/** Probes all members side by side: each has the whole time-out, and none waits for another. */
export async function probeAll(
  probe: MemberProbe,
  { members, writer, timeoutMs, sweep }: SweepRequest,
): Promise<{ readonly samples: readonly Sample[]; readonly reportedWriter: string | null }> {
  const results = await Promise.all(
    members.map((member, index) =>
      probe.probe(member, {
        timeoutMs,
        expectWriter: member.id === writer,
        freshLogin: isFreshLoginDue(sweep, index),
      }),
    ),
  );
  const status = statusOf(results);
  const samples = results.map(({ sample }) => ({ ...sample, lagMs: lagOf(sample, results) }));
  const known = new Set(members.map(({ id }) => id));
  const reportedWriter = status.find((row) => row.isWriter && known.has(row.memberId))?.memberId ?? null;
  return { samples, reportedWriter };
}

/** The list of the member that is the writer, else of the first that answered. */
function statusOf(results: readonly ProbeResult[]): readonly MemberStatus[] {
  const answered = results.filter(({ status }) => status.length > 0);
  return (answered.find(({ sample }) => sample.role === 'writer') ?? answered[0])?.status ?? [];
}

/** A reader's lag as the writer reports it, else as the reader itself does; a writer has none. */
function lagOf({ memberId, role }: Sample, results: readonly ProbeResult[]): number | null {
  if (role === 'writer') return null;
  const own = results.find(({ sample }) => sample.memberId === memberId)?.status ?? [];
  const writers = results.find(({ sample }) => sample.role === 'writer')?.status ?? [];
  const row = (rows: readonly MemberStatus[]): number | null =>
    rows.find((status) => status.memberId === memberId)?.lagMs ?? null;
  return row(writers) ?? row(own);
}
