/** Begins and ends the faults of a run on the virtual clock. Two that overlap on one target end with the later. */

import type { DatabaseFaults } from '../database/index.ts';
import type { SimClock } from '../kernel/index.ts';
import type { FrontTier } from '../front/index.ts';
import type { EngineView } from '../model.ts';
import type { Fault, FaultBoard } from './board.ts';
import { isOnInvocation } from './board.ts';
import { isOnCache } from './cache-spec.ts';
import { cutsOf } from './cuts.ts';
import { applyToCache, undoOnCache, type CacheTarget } from './inject-cache.ts';
import { applyToService, undoOnService, type ServiceTarget } from './inject-service.ts';
import { isOnFront } from './front-spec.ts';
import { applyToFront, undoOnFront } from './inject-front.ts';
import { isOnService } from './service-spec.ts';
import type { FaultSpec } from './spec.ts';

export interface InjectionTarget extends Omit<DatabaseFaults, 'keepNames' | 'loseAnswers'> {
  view(): { readonly engines: readonly EngineView[] };
}

export interface Injection {
  readonly clock: SimClock;
  readonly board: FaultBoard;
  readonly database: InjectionTarget;
  /** @default - nothing is throttled: its faults change nothing */
  readonly service?: ServiceTarget;
  /** @default - nothing is cached: its faults change nothing */
  readonly cache?: CacheTarget;
  /** @default - there is no web tier: its faults change nothing */
  readonly front?: FrontTier;
  readonly zones: readonly string[];
  readonly memberIds: readonly string[];
}

/** Sets every fault of the board on the clock. @returns heals everything at once */
export function inject(injection: Injection): () => void {
  const { clock, board } = injection;
  for (const fault of board.faults) {
    if (isOnInvocation(fault.spec)) continue;
    const { spec } = fault;
    clock.at(spec.from, () => {
      if (fault.until !== null) return;
      board.begin(fault);
      apply(injection, fault);
      if ('until' in spec) clock.at(spec.until, () => endOne(injection, fault));
      else board.end(fault);
    });
  }
  return () => {
    const open = board.faults.filter(({ until, from }) => until === null && from <= clock.now());
    board.quiet();
    for (const fault of open) undo(injection, fault);
  };
}

function endOne(injection: Injection, fault: Fault): void {
  if (fault.until !== null) return;
  injection.board.end(fault);
  undo(injection, fault);
}

function apply(injection: Injection, fault: Fault): void {
  const { database, board, service, cache, front } = injection;
  const { spec } = fault;
  if (isOnCache(spec)) {
    if (cache !== undefined) applyToCache(cache, board, fault);
    return;
  }
  if (isOnFront(spec)) {
    if (front !== undefined) applyToFront(front, board, fault);
    return;
  }
  if (isOnService(spec)) {
    if (service !== undefined) applyToService(service, board, fault);
    return;
  }
  if ('member' in spec && changesMember(spec, database)) board.took(fault);
  switch (spec.id) {
    case 'F-01':
      database.crash(spec.member);
      break;
    case 'F-02':
      database.freeze(spec.member);
      break;
    case 'F-03':
      database.slow(spec.member, slowest(sameAs(fault, board)));
      break;
    case 'F-04':
      database.stallCommits(spec.member, true);
      break;
    case 'F-32':
      database.pauseReplay(spec.member, true);
      break;
    case 'F-35':
      database.setLoad(spec.member, spec.sqlState);
      break;
    default:
      for (const [node, member] of cutsOf(spec, injection)) database.cut(node, member);
  }
}

function undo(injection: Injection, fault: Fault): void {
  const { database, board, service, cache, front } = injection;
  const { spec } = fault;
  if (isOnCache(spec)) {
    if (cache !== undefined) undoOnCache(cache, board, fault);
    return;
  }
  if (isOnFront(spec)) {
    if (front !== undefined) undoOnFront(front, board);
    return;
  }
  if (isOnService(spec)) {
    if (service !== undefined) undoOnService(service, board, fault);
    return;
  }
  const still = sameAs(fault, board);
  switch (spec.id) {
    case 'F-02':
      if (still.length === 0) database.thaw(spec.member);
      break;
    case 'F-03':
      database.slow(spec.member, slowest(still));
      break;
    case 'F-04':
      database.stallCommits(spec.member, still.length > 0);
      break;
    case 'F-32':
      database.pauseReplay(spec.member, still.length > 0);
      break;
    case 'F-35':
      if (still.length === 0) database.setLoad(spec.member, null);
      break;
    default:
      mend(injection, spec);
  }
}

/** Mends what no other fault keeps cut. */
function mend(injection: Injection, spec: FaultSpec): void {
  const { board, database } = injection;
  const others = [...board.active('F-05'), ...board.active('F-06'), ...board.active('F-07')];
  const kept = new Set(others.flatMap((other) => cutsOf(other.spec, injection)).map(String));
  for (const cut of cutsOf(spec, injection)) if (!kept.has(String(cut))) database.mend(...cut);
}

/** A member that is down already cannot be changed any more. Cuts count when a message is dropped. */
function changesMember(spec: FaultSpec & { readonly member: string }, database: InjectionTarget): boolean {
  if (spec.id === 'F-05' || spec.id === 'F-07') return false;
  const engine = database.view().engines.find(({ id }) => id === spec.member);
  if (engine === undefined || !engine.up) return false;
  if (spec.id === 'F-32') return engine.role === 'reader';
  return spec.id !== 'F-02' || !engine.frozen;
}

/** The faults of the same kind that are in force on the same member now. */
function sameAs({ spec }: Fault, board: FaultBoard): readonly Fault[] {
  if (!('member' in spec)) return [];
  const { member } = spec;
  return board.active(spec.id).filter((other) => 'member' in other.spec && other.spec.member === member);
}

function slowest(faults: readonly Fault[]): number | null {
  const delays = faults.flatMap(({ spec }) => (spec.id === 'F-03' ? [spec.ms] : []));
  return delays.length === 0 ? null : Math.max(...delays);
}
