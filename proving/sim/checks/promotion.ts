/** I-16, I-17: whether to promote at all, and whom. */

import type { ClientRequest, Checker, Commit, ControlCall, SimView } from '../model.ts';
import { isFailover, tell } from './calls.ts';
import { checker, firstWrong, newcomers } from './checker.ts';
import { calls, votesBefore } from './evidence.ts';

/** I-16: while clients' writes succeed, no promotion is asked for. */
export function onlyWhenWritesFail(): Checker {
  const added = newcomers<ControlCall>();
  return checker('I-16', (view, count) =>
    firstWrong(added(view.calls).filter(isFailover), (call) => {
      const { 'outcome-window-ms': windowMs, 'write-success-ratio': enough } = view.thresholds;
      const writes = writesWithin(view.requests, call.issuedAt - windowMs, call.issuedAt);
      if (writes.length === 0) return null;
      count();
      const ok = writes.filter((write) => write.ok).length;
      if (ok / writes.length < enough) return null;
      return `${tell(call)} while ${ok} of ${writes.length} writes succeeded within ${windowMs} ms`;
    }),
  );
}

function writesWithin(
  requests: readonly ClientRequest[],
  from: number,
  until: number,
): readonly ClientRequest[] {
  const writes: ClientRequest[] = [];
  for (let index = requests.length - 1; index >= 0; index -= 1) {
    const request = requests[index]!;
    if (request.endedAt < from) break;
    if (request.kind === 'write' && request.endedAt <= until) writes.push(request);
  }
  return writes;
}

/** I-17: the target is a member of ours, not known to lag or fail, and the new writer has all that was acknowledged. */
export function fitTarget(): Checker {
  const addedCalls = newcomers<ControlCall>();
  const addedCommits = newcomers<Commit>();
  const acknowledged: { readonly at: number; readonly position: number }[] = [];
  let generation = 0;
  return checker('I-17', (view, count) => {
    const { database } = view;
    const promoted = database.generation > generation && generation > 0;
    const until = acknowledged.at(-1)?.position ?? -Infinity;
    const said = promoted ? writerBehind(view, until) : null;
    generation = Math.max(generation, database.generation);
    for (const { acknowledged: isAcknowledged, at, position } of addedCommits(database.commits)) {
      if (isAcknowledged) acknowledged.push({ at, position });
    }
    const failovers = addedCalls(view.calls).filter((call) => isFailover(call) && call.effective);
    count(failovers.length + (promoted ? 1 : 0));
    return said ?? firstWrong(failovers, (call) => unfit(view, call, acknowledged));
  });
}

function writerBehind({ database }: SimView, acknowledged: number): string | null {
  const writer = database.engines.find(
    (engine) => engine.role === 'writer' && engine.generation === database.generation,
  );
  if (writer === undefined || writer.position >= acknowledged) return null;
  return `${writer.id} was promoted at ${writer.position}, ${acknowledged} was acknowledged before`;
}

function unfit(
  view: SimView,
  call: ControlCall,
  acknowledged: readonly { readonly at: number; readonly position: number }[],
): string | null {
  const { thresholds, database, memberIds } = view;
  if (!memberIds.includes(call.target)) return `${tell(call)}: the target is no member of ours`;
  const newest = [...votesBefore(view, call.issuedAt).values()].map((items) => items[0]!);
  const lagMax = thresholds['promotion-lag-ms-max'];
  const lags = newest.flatMap(({ samples }) => samples.filter((s) => s.memberId === call.target));
  const lag = Math.min(...lags.map(({ lagMs }) => lagMs ?? Infinity));
  if (Number.isFinite(lag) && lag > lagMax)
    return `${tell(call)}: the target lags ${lag} ms, ${lagMax} ms may it`;
  const accusers = newest.filter((item) => calls(item, call.target));
  if (newest.length > 0 && accusers.length === newest.length) {
    return `${tell(call)}: every prober that votes calls the target failed`;
  }
  const engine = database.engines.find(({ id }) => id === call.target);
  const old = call.issuedAt - lagMax - thresholds['observation-age-ms-max'];
  const due = acknowledged.findLast(({ at }) => at <= old);
  if (engine === undefined || due === undefined || engine.position >= due.position) return null;
  return `${tell(call)}: the target stands at ${engine.position}, ${due.position} was acknowledged ${call.at - due.at} ms ago`;
}
