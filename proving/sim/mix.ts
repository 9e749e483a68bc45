/** Which faults a seed draws: by the name of a mix, each with its own generator, so that one draw moves no other. */

import type { FaultSpec } from './faults/spec.ts';
import type { Random } from './kernel/index.ts';
import { holding, KINDS, proberNode, spanOf, whole, type DrawSite } from './mix-kinds.ts';
import { cacheDraw, CACHE_KINDS } from './mix-cache.ts';
import { front } from './mix-front.ts';
import { flood, serviceDraw, SERVICE_KINDS, surge } from './mix-service.ts';

export const MIX_NAMES = [
  'calm',
  'swarm',
  'az-loss',
  'dns-race',
  'stale-describe',
  'client-blind',
  'overload',
  'cache',
  'front',
] as const;
export type MixName = (typeof MIX_NAMES)[number];
export const MIX_DEFAULT: MixName = 'swarm';

type Draw = (site: DrawSite) => readonly FaultSpec[];

const MIXES: Readonly<Record<MixName, Draw>> = {
  calm: () => [],
  swarm,
  'az-loss': azLoss,
  'dns-race': dnsRace,
  'stale-describe': staleDescribe,
  'client-blind': clientBlind,
  overload,
  cache,
  front,
};

export function drawFaults(mix: MixName, site: DrawSite): readonly FaultSpec[] {
  return MIXES[mix](site);
}

/** Each kind of fault with even odds: seeds with few kinds let each go further than those with all. */
function swarm(site: DrawSite): readonly FaultSpec[] {
  const onDatabase = KINDS.flatMap(([name, count, draw]) => {
    const random = site.random.fork(name);
    return several(random, count, () => draw({ ...site, random }));
  });
  return [...onDatabase, ...onService(site)];
}

function onService(site: DrawSite): readonly FaultSpec[] {
  const service = serviceDraw(site);
  if (service === null) return [];
  return SERVICE_KINDS.flatMap(([name, count, draw]) => {
    const random = site.random.fork(name);
    return several(random, count, () => draw({ ...service, random }));
  });
}

/** Half of the time none, else from one to so many. */
function several(random: Random, count: number, draw: () => FaultSpec): readonly FaultSpec[] {
  if (random.chance(0.5)) return [];
  return Array.from({ length: random.between(1, count) }, draw);
}

/** From when the service is warm: so long nothing, then a flood until then, then everything else. */
const ALONE_MS = { calm: 15_000, flood: 40_000 } as const;

/** More is asked than the throttled service bears, and whatever else befalls it; the database is left alone. */
function overload(site: DrawSite): readonly FaultSpec[] {
  const random = site.random.fork('overload');
  const service = serviceDraw({ ...site, random });
  if (service === null) return [];
  if (random.chance(0.5)) return [surge(service), flood(service), ...onService(site)];
  // What a flood does by itself shows where nothing else is wrong.
  const alone = { from: service.from + ALONE_MS.calm, until: service.from + ALONE_MS.flood };
  const later = { ...service, from: alone.until };
  const rest = onService({ ...site, service: { ...service, from: later.from } });
  return [surge(later), { ...flood(service), ...alone }, ...rest];
}

/** Whatever befalls shards and those who read from them, and now and then the database that they agree by. */
function cache(site: DrawSite): readonly FaultSpec[] {
  const drawn = cacheDraw(site);
  if (drawn === null) return [];
  const onCache = CACHE_KINDS.flatMap(([name, count, draw]) => {
    const random = site.random.fork(name);
    return several(random, count, () => draw({ ...drawn, random }));
  });
  const random = site.random.fork('database below');
  const below = { ...site, clients: [...site.clients, ...site.cache!.nodes] };
  return [...onCache, ...(random.chance(0.5) ? some(below, random, DATABASE_BELOW) : [])];
}

const DATABASE_BELOW = ['F-01', 'F-02', 'F-03', 'F-04', 'F-07', 'F-35'] as const;

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
