/** How one fault of each kind that can befall the edge and web tiers is drawn. */

import type { FrontFaultSpec } from './faults/front-spec.ts';
import { FRONT_SERVICES, ZONE_WAYS } from './faults/front-spec.ts';
import { CALL_FAULTS, VERSIONED_FOLDERS, type FaultSpec } from './faults/spec.ts';
import type { Random } from './kernel/index.ts';
import { spanOf, type DrawSite, type Lengths } from './mix-kinds.ts';

interface FrontDraw extends DrawSite {
  readonly front: NonNullable<DrawSite['front']>;
}

const SHORT: Lengths = { min: 1000, max: 15_000 };
const LONG: Lengths = { min: 10_000, max: 90_000 };

type Kind = readonly [name: string, count: number, draw: (draw: FrontDraw) => FaultSpec];

/** Every kind, how often a seed has it at most, and how one is drawn. The name is its generator's own. */
const KINDS: readonly Kind[] = [
  ['task dies', 3, (draw) => ({ tier: 'front', id: 'F-01', slot: slotOf(draw), from: momentOf(draw) })],
  ['instance dies', 2, (draw) => ({ ...on('F-01', draw), instance: instanceOf(draw) })],
  ['task hangs', 4, (draw) => ({ ...on('F-02', draw), slot: slotOf(draw) })],
  ['instance hangs', 2, (draw) => ({ ...on('F-02', draw), instance: instanceOf(draw) })],
  [
    'slow task',
    2,
    (draw) => ({ ...on('F-03', draw), slot: slotOf(draw), ms: draw.random.between(50, 6000) }),
  ],
  ['gray task', 1, (draw) => ({ ...on('F-04', draw), slot: slotOf(draw) })],
  ['deaf task', 2, (draw) => ({ ...on('F-05', draw), slot: slotOf(draw) })],
  ['blind prober', 2, (draw) => ({ ...on('F-06', draw), zone: draw.random.pick(draw.zones) })],
  ['cut', 2, (draw) => ({ ...on('F-07', draw), slot: slotOf(draw), zones: someOf(draw.zones, draw.random) })],
  ['records', 1, records],
  ['zone', 2, zone],
  ['checks', 1, (draw) => on('F-25', draw)],
  ['control plane', 1, (draw) => on('F-26', draw)],
  ['failing calls', 3, failingCalls],
  ['stray events', 2, strayEvents],
  ['killed', 6, killed],
  ['held', 3, held],
  ['versions', 2, versions],
  ['roll-out', 1, rollOut],
];

/** Whatever befalls names, balancers, tasks and those who look after them; the database is left alone. */
export function front(site: DrawSite): readonly FaultSpec[] {
  const drawn = site.front;
  if (drawn === null) return [];
  return KINDS.flatMap(([name, count, draw]) => {
    const random = site.random.fork(name);
    if (random.chance(0.5)) return [];
    const own: FrontDraw = { ...site, front: drawn, random };
    return Array.from({ length: random.between(1, count) }, () => draw(own));
  });
}

function records(draw: FrontDraw): FrontFaultSpec {
  const { random } = draw;
  const loses = random.pick(['primary', 'secondary', null] as const);
  return { ...on('F-13', draw), loses, lateMs: random.pick([0, 5000, 60_000, null] as const) };
}

function zone(draw: FrontDraw): FrontFaultSpec {
  const { random, zones, from, until } = draw;
  const span = spanOf({ from, until }, random, { min: 20_000, max: 110_000 });
  return { tier: 'front', id: 'F-24', zone: random.pick(zones), way: random.pick(ZONE_WAYS), ...span };
}

function failingCalls(draw: FrontDraw): FaultSpec {
  const { random, from, until } = draw;
  return {
    id: 'F-16',
    service: random.pick([...FRONT_SERVICES, 'state', 'front'] as const),
    fault: random.pick(CALL_FAULTS),
    share: random.pick([0.05, 0.3, 1] as const),
    ...spanOf({ from, until }, random, LONG),
  };
}

function strayEvents(draw: FrontDraw): FaultSpec {
  const { random, from, until } = draw;
  return {
    id: 'F-17',
    source: random.pick(['front-stream', 'tasks', 'schedule'] as const),
    effect: random.pick(['drop', 'duplicate', 'delay'] as const),
    ms: random.between(100, 40_000),
    share: random.pick([0.3, 1] as const),
    ...spanOf({ from, until }, random, LONG),
  };
}

const CHANGES = [
  'elasticloadbalancing:DeregisterTargets',
  'elasticloadbalancing:RegisterTargets',
  'arc-zonal-shift:StartZonalShift',
  'front:PutTargets',
  'state:AppendLedger',
  'state:UpdateLedger',
] as const;

function killed(draw: FrontDraw): FaultSpec {
  const { random } = draw;
  const when = random.pick(['before', 'after'] as const);
  return { id: 'F-18', folder: 'dns-failover', from: momentOf(draw), call: callOf(random), when };
}

function held(draw: FrontDraw): FaultSpec {
  const { random } = draw;
  const where = random.pick(['function', 'request'] as const);
  const ms = random.between(1000, where === 'function' ? 24_000 : 60_000);
  return { id: 'F-19', folder: 'dns-failover', from: momentOf(draw), call: callOf(random), ms, where };
}

function versions({ random, from, until }: FrontDraw): FaultSpec {
  const folder = random.pick(VERSIONED_FOLDERS);
  return {
    id: 'F-39',
    folder,
    share: random.pick([0.5, 1] as const),
    ...spanOf({ from, until }, random, LONG),
  };
}

function rollOut(draw: FrontDraw): FrontFaultSpec {
  return { tier: 'front', id: 'F-39', isSound: draw.random.chance(0.7), from: momentOf(draw) };
}

function callOf(random: Random): string | number {
  return random.chance(0.6) ? random.pick(CHANGES) : random.between(1, 25);
}

function on<Id extends FrontFaultSpec['id']>(id: Id, { random, from, until }: FrontDraw) {
  const lengths = random.chance(0.4) ? SHORT : LONG;
  return { tier: 'front' as const, id, ...spanOf({ from, until }, random, lengths) };
}

function slotOf({ random, front: { slots } }: FrontDraw): number {
  return random.between(0, slots - 1);
}

function instanceOf({ random, front: { instances } }: FrontDraw): number {
  return random.between(0, instances - 1);
}

function momentOf({ random, from, until }: FrontDraw): number {
  return random.between(from, until);
}

function someOf(zones: readonly string[], random: Random): readonly string[] {
  const some = zones.filter(() => random.chance(0.4));
  return some.length > 0 ? some : [random.pick(zones)];
}
