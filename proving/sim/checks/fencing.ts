/** I-07, I-08, I-12: who acts, under which token, and on how old an evidence. */

import type { Checker, ControlCall, SimView } from '../model.ts';
import { isUnfenced, PUT_POOL, REQUEST_MS, tell } from './calls.ts';
import { checker, firstWrong, newcomers, poolChanges, poolContent, type PoolChange } from './checker.ts';

interface Applied {
  readonly token: number;
  readonly invocation: string;
}

/** I-07: tokens applied to a channel grow, and a lease outlives the request of what cannot compare them. */
export function growingTokens(): Checker {
  const added = newcomers<ControlCall>();
  const newest = new Map<string, Applied>();
  const judge = (call: ControlCall): string | null => {
    if (call.token === null || call.leaseUntil === null) return `${tell(call)} without a lease`;
    if (isUnfenced(call) && call.effective && call.at > call.leaseUntil) {
      return `${tell(call)} took effect ${call.at - call.leaseUntil} ms after its lease had ended`;
    }
    const left = call.leaseUntil - call.issuedAt;
    if (isUnfenced(call) && left < REQUEST_MS) {
      return `${tell(call)} with ${left} ms of its lease left, the request may take ${REQUEST_MS} ms`;
    }
    if (!call.effective) return null;
    const channel = `${call.call} of ${call.function}`;
    const last = newest.get(channel);
    newest.set(channel, { token: call.token, invocation: call.invocation });
    const grows =
      last === undefined ||
      call.token > last.token ||
      (call.token === last.token && call.invocation === last.invocation);
    return grows ? null : `${tell(call)} with token ${call.token} after ${last.token} of ${last.invocation}`;
  };
  return checker('I-07', ({ calls }, count) => {
    const fresh = added(calls);
    count(fresh.length);
    return firstWrong(fresh, judge);
  });
}

/** I-08: when an action that takes effect is issued, nothing that it rests on is older than `observation-age-ms-max`. */
export function freshEvidence(): Checker {
  const added = newcomers<ControlCall>();
  const changed = poolChanges();
  return checker('I-08', (view, count) => {
    const { calls, thresholds } = view;
    const saysNothingNew = isUnchanged(changed(view));
    const effective = added(calls).filter(
      (call) => call.effective && !(saysNothingNew && call.call === PUT_POOL),
    );
    count(effective.length);
    const limit = thresholds['observation-age-ms-max'];
    return firstWrong(effective, (call) => {
      if (call.evidenceAt === null) return `${tell(call)} took effect without any evidence`;
      const age = call.issuedAt - call.evidenceAt;
      return age <= limit
        ? null
        : `${tell(call)} took effect on evidence ${age} ms old, the limit is ${limit} ms`;
    });
  });
}

/** Written again under a higher epoch to keep a late publication out: that rests on no evidence. */
function isUnchanged(change: PoolChange | null): boolean {
  if (change === null || change.before === null || change.after === null) return false;
  return poolContent(change.before) === poolContent(change.after);
}

/** I-12: one holder acts at a time, and a token below the highest seen has no effect anywhere. */
export function oneHolder(): Checker {
  const added = newcomers<ControlCall>();
  const highest = new Map<string, Applied>();
  const lastCalls = new Map<string, ControlCall[]>();
  const judge = (call: ControlCall, view: SimView): string | null => {
    const token = call.token ?? 0;
    const known = highest.get(call.function);
    if (known === undefined || token > known.token) {
      highest.set(call.function, { token, invocation: call.invocation });
    } else if (token < known.token) {
      return `${tell(call)} took effect with token ${token}, ${known.invocation} acted with ${known.token}`;
    }
    const earlier = lastCalls.get(call.function) ?? [];
    const rival = earlier.find(
      (other) => other.invocation !== call.invocation && holdsAt(other, call.at, view),
    );
    const own = earlier.filter((other) => other.invocation !== call.invocation && isRunning(other, view));
    lastCalls.set(call.function, [...own, call]);
    if (rival === undefined) return null;
    return `${tell(call)} while ${rival.invocation} runs and holds its lease for ${rival.leaseUntil! - call.at} ms`;
  };
  return checker('I-12', (view, count) => {
    const effective = added(view.calls).filter((call) => call.effective);
    count(effective.length);
    return firstWrong(effective, (call) => judge(call, view));
  });
}

function holdsAt(other: ControlCall, at: number, view: SimView): boolean {
  return other.leaseUntil !== null && other.leaseUntil > at && isRunning(other, view);
}

function isRunning({ invocation }: ControlCall, { invocations }: SimView): boolean {
  return invocations.find(({ id }) => id === invocation)?.endedAt === null;
}
