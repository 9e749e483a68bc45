/** From record sets to an answer: health, aliases, and the values that go out. */

import type { RecordSet } from './answer.ts';
import type { HostedRecordSet, HostedType } from './record-set.ts';
import { chooseRecords } from './routing.ts';

export interface HostedView {
  /** All record sets of the name and type in one zone. */
  records(name: string, type: HostedType): readonly HostedRecordSet[];
  /** The state of a health check. A check that is not there counts as healthy. */
  isCheckHealthy(healthCheckId: string): boolean;
  /** True while a balancer has a healthy target, or fails open; null for a name that is no balancer's. */
  isBalancerHealthy(dnsName: string): boolean | null;
  /** What a name outside the zone answers with now: a balancer's addresses. */
  outside(dnsName: string, type: HostedType): RecordSet | undefined;
}

/** An alias to a balancer is answered with the balancer's own time to live (Developer Guide, "TTL"). */
export const BALANCER_ALIAS_TTL_S = 60;
/** An alias may lead to an alias; Route 53 refuses circles, and this bounds what it would let pass. */
const ALIAS_DEPTH_MAX = 3;

/**
 * What the name servers answer for a name and type; a CNAME where there is no record set of the type itself.
 * @param draw a random number from 0 up to, not including, 1
 */
export function hostedAnswer(
  view: HostedView,
  question: { readonly name: string; readonly type: HostedType },
  draw: () => number,
): RecordSet | undefined {
  const { name, type } = question;
  return answerOf(view, { name, type }, draw, 0) ?? answerOf(view, { name, type: 'CNAME' }, draw, 0);
}

function answerOf(
  view: HostedView,
  { name, type }: { readonly name: string; readonly type: HostedType },
  draw: () => number,
  depth: number,
): RecordSet | undefined {
  const chosen = chooseRecords(view.records(name, type), (record) => isRecordHealthy(view, record), draw);
  const sets = chosen.flatMap((record) => {
    const set = record.alias === null ? own(record) : aliased(view, record, draw, depth);
    return set === undefined ? [] : [set];
  });
  const [first] = sets;
  if (first === undefined) return undefined;
  const ttlS = Math.min(...sets.map((set) => set.ttlS));
  return { type: first.type, ttlS, values: sets.flatMap(({ values }) => values) };
}

/** The start of authority is the server's own to say. */
function own({ type, ttlS, values }: HostedRecordSet): RecordSet | undefined {
  return type === 'SOA' ? undefined : { type, ttlS: ttlS ?? 0, values };
}

function aliased(
  view: HostedView,
  { alias, type }: HostedRecordSet,
  draw: () => number,
  depth: number,
): RecordSet | undefined {
  if (alias === null || depth >= ALIAS_DEPTH_MAX) return undefined;
  const outside = view.outside(alias.dnsName, type);
  if (outside !== undefined) return { ...outside, ttlS: BALANCER_ALIAS_TTL_S };
  return answerOf(view, { name: alias.dnsName, type }, draw, depth + 1);
}

/** Its check passes, and what it is an alias of is healthy where that is evaluated. Without either it is healthy. */
export function isRecordHealthy(view: HostedView, record: HostedRecordSet, depth = 0): boolean {
  const { alias, healthCheckId } = record;
  if (healthCheckId !== null && !view.isCheckHealthy(healthCheckId)) return false;
  if (alias === null || !alias.evaluateTargetHealth || depth >= ALIAS_DEPTH_MAX) return true;
  const balancer = view.isBalancerHealthy(alias.dnsName);
  if (balancer !== null) return balancer;
  const targets = view.records(alias.dnsName, record.type);
  return targets.length === 0 || targets.some((target) => isRecordHealthy(view, target, depth + 1));
}
