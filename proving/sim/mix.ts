/** Which faults a seed draws: by the name of a mix, each with its own generator, so that one draw moves no other. */

import { FOLDERS, type FolderName } from './control/defect.ts';
import { CALL_FAULTS, type CallPoint, type FaultSpec } from './faults/spec.ts';
import type { Random } from './kernel/index.ts';

export const MIX_NAMES = ['calm', 'swarm', 'az-loss', 'dns-race', 'stale-describe', 'client-blind'] as const;
export type MixName = (typeof MIX_NAMES)[number];
export const MIX_DEFAULT: MixName = 'swarm';

export interface DrawSite {
  readonly random: Random;
  readonly members: readonly { readonly id: string; readonly az: string }[];
  readonly zones: readonly string[];
  /** Nodes of the application's processes, e.g. `client:shop-1`. */
  readonly clients: readonly string[];
  /** Faults begin from here on. */
  readonly from: number;
  /** And have all ended by here. */
  readonly until: number;
}

type Draw = (site: DrawSite) => readonly FaultSpec[];

const MIXES: Readonly<Record<MixName, Draw>> = {
  calm: () => [],
  swarm,
  'az-loss': azLoss,
  'dns-race': dnsRace,
  'stale-describe': staleDescribe,
  'client-blind': clientBlind,
};

export function drawFaults(mix: MixName, site: DrawSite): readonly FaultSpec[] {
  return MIXES[mix](site);
}

/** Each kind of fault with even odds: seeds with few kinds let each go further than those with all. */
function swarm(site: DrawSite): readonly FaultSpec[] {
  return KINDS.flatMap(([name, count, draw]) => {
    const random = site.random.fork(name);
    if (random.chance(0.5)) return [];
    const times = random.between(1, count);
    return Array.from({ length: times }, () => draw({ ...site, random }));
  });
}

/** Everything in one zone is gone: its members, its prober, the clients' way to them. */
function azLoss(site: DrawSite): readonly FaultSpec[] {
  const random = site.random.fork('az-loss');
  const az = random.pick(site.zones);
  const span = spanOf(site, random, { min: 40_000, max: 120_000 });
  const inside = site.members.filter((member) => member.az === az);
  const way = random.pick(['crash', 'hang', 'partition'] as const);
  const outside = [...site.clients, ...site.zones.filter((zone) => zone !== az).map(proberNode)];
  const lost = inside.map(({ id }): FaultSpec => {
    if (way === 'crash') return { id: 'F-01', member: id, from: span.from };
    if (way === 'hang') return { id: 'F-02', member: id, ...span };
    return { id: 'F-07', nodes: outside, member: id, ...span };
  });
  return [{ id: 'F-06', az, ...span }, ...lost, ...some(site, random, ['F-17', 'F-18'])];
}

/** The Oct 2025 race: the writer hangs, several invocations act at once, and one of them stands still meanwhile. */
function dnsRace(site: DrawSite): readonly FaultSpec[] {
  const random = site.random.fork('dns-race');
  const span = spanOf(site, random, { min: 30_000, max: 90_000 });
  const folders = ['write-failover', 'replica-pool'] as const;
  const raised = folders.map((folder): FaultSpec => ({
    id: 'F-19',
    folder,
    concurrency: random.between(2, 10),
    ...whole(site),
  }));
  const held = Array.from({ length: random.between(3, 8) }, (): FaultSpec => {
    const hold = holding({ ...site, random });
    return { ...hold, folder: random.pick(folders), from: span.from + random.between(-5000, 40_000) };
  });
  const twice: FaultSpec = {
    id: 'F-17',
    source: 'stream',
    effect: 'duplicate',
    ms: random.between(100, 20_000),
    share: 0.7,
    ...whole(site),
  };
  const member = random.chance(0.7) ? site.members[0]!.id : random.pick(site.members).id;
  return [
    { id: 'F-02', member, ...span },
    twice,
    ...raised,
    ...held,
    ...some(site, random, ['F-01', 'F-02']),
  ];
}

/** Every description is old while the writer fails, by as many versions as there are. */
function staleDescribe(site: DrawSite): readonly FaultSpec[] {
  const random = site.random.fork('stale-describe');
  const stale = Array.from({ length: random.between(1, 3) }, (): FaultSpec => ({
    id: 'F-14',
    versionsBack: random.between(1, 12),
    ...spanOf(site, random, { min: 30_000, max: 120_000 }),
  }));
  const span = spanOf(site, random, { min: 20_000, max: 90_000 });
  const writer = site.members[0]!.id;
  const failing: FaultSpec = random.chance(0.5)
    ? { id: 'F-01', member: writer, from: span.from }
    : { id: 'F-02', member: writer, ...span };
  return [failing, ...stale, ...some(site, random, ['F-01', 'F-02', 'F-16', 'F-32'])];
}

/** Clients and probers see different things: each alone is no ground for a promotion. */
function clientBlind(site: DrawSite): readonly FaultSpec[] {
  const random = site.random.fork('client-blind');
  const cuts = Array.from({ length: random.between(1, 4) }, (): FaultSpec => {
    const nodes = random.chance(0.5) ? site.clients : [random.pick(site.clients)];
    const span = spanOf(site, random, { min: 10_000, max: 90_000 });
    return { id: 'F-07', nodes, member: random.pick(site.members).id, ...span };
  });
  return [...cuts, ...some(site, random, ['F-05', 'F-06', 'F-03'])];
}

/** One of each of these kinds, each with even odds. */
function some(site: DrawSite, random: Random, names: readonly FaultSpec['id'][]): readonly FaultSpec[] {
  return KINDS.filter(([name]) => names.includes(name) && random.chance(0.5)).map(([name, , draw]) =>
    draw({ ...site, random: random.fork(name) }),
  );
}

interface Lengths {
  readonly min: number;
  readonly max: number;
}

/** Starts anywhere, but ends with the time for faults. */
function spanOf(
  { from, until }: DrawSite,
  random: Random,
  { min, max }: Lengths,
): { from: number; until: number } {
  const length = random.between(min, max);
  const start = random.between(from, Math.max(from, until - length));
  return { from: start, until: Math.min(until, start + length) };
}

function whole({ from, until }: DrawSite): { from: number; until: number } {
  return { from, until };
}

function proberNode(zone: string): string {
  return `prober:${zone}`;
}

const SOME_TIME: Lengths = { min: 3000, max: 90_000 };

function memberOf({ members, random }: DrawSite): string {
  return random.pick(members).id;
}

/** More often a function that decides than one that only looks. */
function folderOf(random: Random): FolderName {
  return random.chance(0.7) ? random.pick(['write-failover', 'replica-pool'] as const) : random.pick(FOLDERS);
}

/** Half of the time one that changes something, else any of a turn or two. */
function callOf(random: Random): CallPoint {
  return random.chance(0.5) ? random.pick(CHANGES) : random.between(1, 25);
}

const CHANGES = [
  'rds:FailoverDBCluster',
  'rds:ModifyDBClusterEndpoint',
  'state:PutPool',
  'state:AppendLedger',
  'state:UpdateLedger',
  'state:AcquireLease',
] as const;

function holding({ random, from, until }: DrawSite): Extract<FaultSpec, { where: string }> {
  const where = random.pick(['function', 'request'] as const);
  return {
    id: 'F-19',
    folder: folderOf(random),
    from: random.between(from, until),
    call: callOf(random),
    ms: random.between(1000, where === 'function' ? 24_000 : 120_000),
    where,
  };
}

/** Every kind of fault, how often a seed has it at most, and how one is drawn. */
const KINDS: readonly (readonly [FaultSpec['id'], number, (site: DrawSite) => FaultSpec])[] = [
  [
    'F-01',
    2,
    (site) => ({ id: 'F-01', member: memberOf(site), from: site.random.between(site.from, site.until) }),
  ],
  ['F-02', 3, (site) => ({ id: 'F-02', member: memberOf(site), ...spanOf(site, site.random, SOME_TIME) })],
  [
    'F-03',
    2,
    (site) => ({
      id: 'F-03',
      member: memberOf(site),
      ms: site.random.between(20, 3000),
      ...spanOf(site, site.random, SOME_TIME),
    }),
  ],
  ['F-04', 1, (site) => ({ id: 'F-04', member: memberOf(site), ...spanOf(site, site.random, SOME_TIME) })],
  ['F-05', 1, (site) => ({ id: 'F-05', member: memberOf(site), ...spanOf(site, site.random, SOME_TIME) })],
  [
    'F-06',
    2,
    (site) => ({ id: 'F-06', az: site.random.pick(site.zones), ...spanOf(site, site.random, SOME_TIME) }),
  ],
  ['F-07', 3, partition],
  [
    'F-14',
    2,
    (site) => ({
      id: 'F-14',
      versionsBack: site.random.between(1, 8),
      ...spanOf(site, site.random, SOME_TIME),
    }),
  ],
  ['F-16', 3, failingCalls],
  ['F-17', 3, strayEvents],
  [
    'F-18',
    8,
    ({ random, from, until }) => ({
      id: 'F-18',
      folder: folderOf(random),
      from: random.between(from, until),
      call: callOf(random),
      when: random.pick(['before', 'after'] as const),
    }),
  ],
  ['F-19', 5, holding],
  ['F-32', 2, (site) => ({ id: 'F-32', member: memberOf(site), ...spanOf(site, site.random, SOME_TIME) })],
  [
    'F-35',
    1,
    (site) => ({
      id: 'F-35',
      member: memberOf(site),
      sqlState: site.random.pick(['53300', '55P03', '57014'] as const),
      ...spanOf(site, site.random, SOME_TIME),
    }),
  ],
];

/** Clients, probers, or some of both lose one member. */
function partition(site: DrawSite): FaultSpec {
  const { random, clients, zones } = site;
  const nodes = [...clients, ...zones.map(proberNode)].filter(() => random.chance(0.4));
  return {
    id: 'F-07',
    nodes: nodes.length > 0 ? nodes : [random.pick(clients)],
    member: memberOf(site),
    ...spanOf(site, random, SOME_TIME),
  };
}

function failingCalls(site: DrawSite): FaultSpec {
  const { random } = site;
  return {
    id: 'F-16',
    service: random.pick(['rds', 'rds', 'state', 'reads'] as const),
    fault: random.pick(CALL_FAULTS),
    share: random.pick([0.05, 0.3, 1] as const),
    ...spanOf(site, random, SOME_TIME),
  };
}

function strayEvents(site: DrawSite): FaultSpec {
  const { random } = site;
  return {
    id: 'F-17',
    source: random.pick(['stream', 'alarm', 'schedule'] as const),
    effect: random.pick(['drop', 'duplicate', 'delay'] as const),
    ms: random.between(100, 40_000),
    share: random.pick([0.3, 1] as const),
    ...spanOf(site, random, SOME_TIME),
  };
}
