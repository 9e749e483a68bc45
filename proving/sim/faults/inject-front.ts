/** What the faults of the front do to it, and what is left of them when one ends: all that is in force counts. */

import type { FrontTier } from '../front/index.ts';
import type { Fault, FaultBoard } from './board.ts';
import { isOnFront, ZONE_WAYS, type FrontFaultSpec } from './front-spec.ts';

export function applyToFront(front: FrontTier, board: FaultBoard, fault: Fault): void {
  const spec = fault.spec as FrontFaultSpec;
  if (aim(front, spec) && begin(front, spec)) board.took(fault);
  settle(front, board);
}

export function undoOnFront(front: FrontTier, board: FaultBoard): void {
  settle(front, board);
}

/** A fault of a task befalls the one that stands in the slot now, not the one in its place later. */
function aim(front: FrontTier, spec: FrontFaultSpec): boolean {
  if (!('slot' in spec)) return true;
  const task = front.tasksHere.at(spec.slot);
  if (task === null || task.isDead) return false;
  front.struck.set(spec, task.memberId);
  return true;
}

/** @returns whether it has changed something by now; calls that are struck say so themselves */
function begin(front: FrontTier, spec: FrontFaultSpec): boolean {
  switch (spec.id) {
    case 'F-01':
      return 'slot' in spec ? front.tasksHere.kill(front.tasksHere.at(spec.slot)) : true;
    case 'F-13': {
      const { loses } = spec;
      front.names.lateMs = spec.lateMs;
      const left = front.names.records.filter(({ setIdentifier }) => setIdentifier !== loses);
      if (left.length === front.names.records.length || left.length === 0) return false;
      front.names.set(left);
      return true;
    }
    case 'F-24':
      if (spec.way === 'kill') {
        front.tasksHere.loseZone(spec.zone, true);
        for (const task of front.tasksHere.all) if (task.az === spec.zone) front.tasksHere.kill(task);
      }
      return true;
    case 'F-26':
      return false;
    case 'F-39':
      front.tasksHere.rollOut(spec.isSound);
      return true;
    default:
      return true;
  }
}

/** Brings everything that lasts to what the faults in force make of it together: the worst counts. */
function settle(front: FrontTier, board: FaultBoard): void {
  const inForce = board.inForce().flatMap(({ spec }) => (isOnFront(spec) ? [spec] : []));
  for (const { memberId, state, isSound } of front.tasksHere.all) {
    const here = inForce.filter((spec) => front.struck.get(spec) === memberId);
    state.hung = here.some(({ id }) => id === 'F-02');
    state.slowMs = Math.max(0, ...here.map((spec) => (spec.id === 'F-03' ? spec.ms : 0)));
    state.gray = !isSound || here.some(({ id }) => id === 'F-04');
    state.deaf = !isSound || here.some(({ id }) => id === 'F-05');
  }
  for (const zone of front.site.zones) settleZone(front, inForce, zone);
  for (const place of front.service.states.keys()) {
    const here = inForce.filter((spec) => 'instance' in spec && spec.instance === place);
    const isDead = here.some(({ id }) => id === 'F-01');
    const hung = here.some(({ id }) => id === 'F-02');
    const before = front.service.states[place]!;
    if (before.isDead !== isDead || before.hung !== hung) front.service.set(place, { isDead, hung });
  }
  const isCheckBroken = inForce.some(({ id }) => id === 'F-25');
  for (const balancer of front.balancers) balancer.isCheckBroken = isCheckBroken;
  if (!inForce.some(({ id }) => id === 'F-13')) front.names.lateMs = 0;
}

function settleZone(front: FrontTier, inForce: readonly FrontFaultSpec[], zone: string): void {
  const ways = inForce.flatMap((spec) => (spec.id === 'F-24' && spec.zone === zone ? [spec.way] : []));
  const isBlind = inForce.some((spec) => spec.id === 'F-06' && spec.zone === zone);
  front.tasksHere.loseZone(
    zone,
    ways.some((way) => way !== 'hang'),
  );
  if (ways.includes('hang')) front.tasksHere.hungZones.add(zone);
  else front.tasksHere.hungZones.delete(zone);
  for (const balancer of front.balancers)
    balancer.setZone(zone, ZONE_WAYS.find((way) => ways.includes(way)) ?? null);
  if (isBlind || ways.length > 0) front.blindProbers.add(zone);
  else front.blindProbers.delete(zone);
  const cut = inForce.filter((spec) => spec.id === 'F-07' && spec.zones.includes(zone));
  front.cuts.set(zone, new Set(cut.map((spec) => front.struck.get(spec) ?? '')));
}
