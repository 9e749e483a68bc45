/** How one fault of each kind that can befall the throttled service is drawn. */

import { CALL_FAULTS, type CallPoint, type FaultSpec } from './faults/spec.ts';
import type { Random } from './kernel/index.ts';
import { spanOf, type DrawSite, type Lengths } from './mix-kinds.ts';

/** A site that has something throttled. */
export interface ServiceDraw {
  readonly random: Random;
  readonly instances: number;
  readonly from: number;
  readonly until: number;
}

export function serviceDraw({ service, random, until }: DrawSite): ServiceDraw | null {
  return service === null ? null : { ...service, random, until };
}

const SOME_TIME: Lengths = { min: 5000, max: 60_000 };
const LONG: Lengths = { min: 40_000, max: 100_000 };
/** Long enough for leases to follow it. */
const SURGE: Lengths = { min: 40_000, max: 60_000 };
const FLOOD = 100;

type Kind = readonly [name: string, count: number, draw: (draw: ServiceDraw) => FaultSpec];

/** Every kind, how often a seed has it at most, and how one is drawn. The name is its generator's own. */
export const SERVICE_KINDS: readonly Kind[] = [
  ['instance crash', 2, (draw) => ({ id: 'F-01', place: placeOf(draw), from: momentOf(draw) })],
  ['instance freeze', 2, (draw) => ({ id: 'F-02', place: placeOf(draw), ...during(draw, SOME_TIME) })],
  [
    'old reports',
    1,
    (draw) => ({
      id: 'F-14',
      table: 'throttle',
      staleMs: draw.random.between(100, 15_000),
      ...during(draw, SOME_TIME),
    }),
  ],
  [
    'failing throttle table',
    2,
    (draw) => ({
      id: 'F-16',
      service: 'throttle',
      fault: draw.random.pick(CALL_FAULTS),
      share: draw.random.pick([0.05, 0.3] as const),
      ...during(draw, SOME_TIME),
    }),
  ],
  [
    'stray reports',
    2,
    (draw) => ({
      id: 'F-17',
      source: 'throttle-stream',
      effect: draw.random.pick(['drop', 'duplicate', 'delay'] as const),
      ms: draw.random.between(100, 40_000),
      share: draw.random.pick([0.3, 1] as const),
      ...during(draw, SOME_TIME),
    }),
  ],
  [
    'killed throttle',
    6,
    (draw) => ({
      id: 'F-18',
      folder: 'throttle',
      from: momentOf(draw),
      call: callOf(draw.random),
      when: draw.random.pick(['before', 'after'] as const),
    }),
  ],
  ['held throttle', 4, holding],
  [
    'throttle at once',
    1,
    (draw) => ({
      id: 'F-19',
      folder: 'throttle',
      concurrency: draw.random.between(2, 5),
      ...during(draw, LONG),
    }),
  ],
  [
    'wrong date',
    1,
    (draw) => ({
      id: 'F-20',
      place: placeOf(draw),
      ms: draw.random.between(2000, 120_000) * draw.random.pick([-1, 1] as const),
      ...during(draw, LONG),
    }),
  ],
  ['half of the slots', 1, (draw) => ({ id: 'F-24', slotShare: 0.5, ...during(draw, SOME_TIME) })],
  ['retry storm', 1, (draw) => ({ id: 'F-29', ...during(draw, SOME_TIME) })],
  ['flood', 1, flood],
  ['surge', 1, surge],
  ['table gone', 1, tableGone],
  ['table emptied', 1, tableEmptied],
];

export function flood(draw: ServiceDraw): FaultSpec {
  return { id: 'F-38', load: 'flood', times: FLOOD, ...during(draw, { min: 15_000, max: 30_000 }) };
}

export function surge(draw: ServiceDraw): FaultSpec {
  return { id: 'F-38', load: 'surge', times: draw.random.between(2, 10), ...during(draw, SURGE) };
}

/** Down, so that nobody is answered, or slow, and now and then for some instances alone. */
export function tableGone(draw: ServiceDraw): FaultSpec {
  const { random, instances } = draw;
  const effect = random.pick(['lost', 'failed', random.between(500, 5000)] as const);
  const span = during(draw, LONG);
  if (random.chance(0.2)) return { id: 'F-40', table: 'state', effect, ...span };
  const cut = Array.from({ length: instances }, (_, place) => place).filter(() => random.chance(0.5));
  const isPartial = random.chance(0.25) && cut.length > 0;
  return { id: 'F-40', table: 'throttle', effect, ...(isPartial && { places: cut }), ...span };
}

/** Deleted and made again: leases and reports are lost with it. */
function tableEmptied(draw: ServiceDraw): FaultSpec {
  const from = momentOf(draw);
  return { id: 'F-40', table: 'throttle', effect: 'emptied', from, until: from + 1 };
}

function holding(draw: ServiceDraw): FaultSpec {
  const { random } = draw;
  const where = random.pick(['function', 'request'] as const);
  return {
    id: 'F-19',
    folder: 'throttle',
    from: momentOf(draw),
    call: callOf(random),
    ms: random.between(500, where === 'function' ? 9000 : 60_000),
    where,
  };
}

const CHANGES = ['throttle:PutPlan', 'throttle:PutLease', 'state:AcquireLease'] as const;

function callOf(random: Random): CallPoint {
  return random.chance(0.5) ? random.pick(CHANGES) : random.between(1, 16);
}

function placeOf({ random, instances }: ServiceDraw): number {
  return random.between(0, instances - 1);
}

function momentOf({ random, from, until }: ServiceDraw): number {
  return random.between(from, until);
}

function during({ random, from, until }: ServiceDraw, lengths: Lengths): { from: number; until: number } {
  return spanOf({ from, until }, random, lengths);
}
