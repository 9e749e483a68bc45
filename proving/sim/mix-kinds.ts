/** How one fault of each kind is drawn. */

import { DATABASE_FOLDERS, type FolderName } from './control/defect.ts';
import { CALL_FAULTS, type CallPoint, type FaultSpec } from './faults/spec.ts';
import type { Random } from './kernel/index.ts';

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
  /** Null where nothing is throttled. Its own faults begin from `from` on. */
  readonly service: { readonly instances: number; readonly from: number } | null;
  /** Null where nothing is cached. The nodes are those of its processes, by place. */
  readonly cache: { readonly shards: number; readonly nodes: readonly string[] } | null;
  /** Null where there is no web tier. By place: the slots of its tasks. */
  readonly front: { readonly slots: number; readonly instances: number } | null;
}

export interface Lengths {
  readonly min: number;
  readonly max: number;
}

/** Starts anywhere, but ends with the time for faults. */
export function spanOf(
  { from, until }: Pick<DrawSite, 'from' | 'until'>,
  random: Random,
  { min, max }: Lengths,
): { from: number; until: number } {
  const length = random.between(min, max);
  const start = random.between(from, Math.max(from, until - length));
  return { from: start, until: Math.min(until, start + length) };
}

export function whole({ from, until }: DrawSite): { from: number; until: number } {
  return { from, until };
}

export function proberNode(zone: string): string {
  return `prober:${zone}`;
}

const SOME_TIME: Lengths = { min: 3000, max: 90_000 };

function memberOf({ members, random }: DrawSite): string {
  return random.pick(members).id;
}

/** More often a function that decides than one that only looks. */
function folderOf(random: Random): FolderName {
  return random.chance(0.7)
    ? random.pick(['write-failover', 'replica-pool'] as const)
    : random.pick(DATABASE_FOLDERS);
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

export function holding({ random, from, until }: DrawSite): Extract<FaultSpec, { where: string }> {
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
export const KINDS: readonly (readonly [FaultSpec['id'], number, (site: DrawSite) => FaultSpec])[] = [
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
