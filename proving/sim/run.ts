/**
 * One run: a safety phase, in which faults come and go and every checker looks after every step, then a liveness
 * phase, in which everything is healed and must converge and stay quiet. Seed and code replay it exactly.
 */

import { AWS_TIMINGS } from '../twin/aurora/index.ts';
import { CacheTier, drawCacheSite, nodeOf, type CacheSite } from './cache/index.ts';
import { startClients, type SimClients } from './clients/index.ts';
import { ControlPlane } from './control/control-plane.ts';
import { APPLICATIONS, CLUSTER, ENDPOINT, ZONES } from './control/deployment.ts';
import { drawFrontSite, FrontTier } from './front/index.ts';
import { SimDatabase, type SimMember } from './database/index.ts';
import { FaultBoard } from './faults/board.ts';
import { inject } from './faults/inject.ts';
import type { FaultSpec } from './faults/spec.ts';
import { RESOURCE, startService, drawSite, type ServiceSite } from './service/index.ts';
import { randomOf, SimClock, START_MS, type Random } from './kernel/index.ts';
import { drawFaults, MIX_DEFAULT, type MixName } from './mix.ts';
import type { Checker, Violation } from './model.ts';
import { RunHash } from './run-hash.ts';
import { CONVERGE_MS, QUIET_MS, SAFETY_MS, type SimOptions, type SimResult } from './run-options.ts';
import { RunView } from './run-view.ts';

/** Until then everything is started and nothing fails. */
const WARM_UP_MS = 15_000;
/** Until then every instance has its lease, and learning is over. */
const SERVICE_WARM_UP_MS = 75_000;
const CLIENTS = 2;
/** It more than doubles what there is to do. */
const THROTTLED_SHARE = 0.25;
/** Enough to tell within a window whether writes succeed, and cheap. */
const LOAD = { readsPerSecond: 2, writesPerSecond: 1.5 } as const;

export async function runSim(options: SimOptions): Promise<SimResult> {
  const run = new Run(options);
  return run.result(await run.toEnd());
}

class Run {
  readonly #options: SimOptions;
  readonly #clock = new SimClock();
  readonly #board: FaultBoard;
  readonly #view: RunView;
  readonly #clients: SimClients;
  readonly #heal: () => void;
  readonly #open: Set<Checker>;
  readonly #violations: Violation[] = [];
  readonly #hash = new RunHash();
  readonly #rare = new Map<string, number>();
  readonly #cache: CacheTier | null;
  readonly #front: FrontTier | null;
  readonly #commits: { readonly length: number };

  constructor(options: SimOptions) {
    this.#options = options;
    const random = randomOf(options.seed, options.mix ?? MIX_DEFAULT);
    const clock = this.#clock;
    const members = drawMembers(random.fork('members'));
    const isThrottled = options.throttled ?? drawThrottled(options.mix ?? MIX_DEFAULT, random);
    const site = isThrottled ? drawSite(random.fork('site'), APPLICATIONS[0]) : null;
    const cacheSite = drawCached(options, random);
    const cache = cacheSite && this.#cacheTier(cacheSite, random);
    this.#cache = cache;
    const front = this.#frontTier(random);
    this.#front = front;
    const database = this.#database(members, random);
    this.#board = new FaultBoard({
      clock,
      random: random.fork('strikes'),
      specs: options.faults ?? this.#draw(random.fork('faults'), members, { site, cacheSite, front }),
      took: (fault) => this.#note(() => `fault ${fault.id} on ${fault.target} takes effect`),
    });
    const control = new ControlPlane({
      clock,
      random: random.fork('control'),
      board: this.#board,
      database,
      controllers: options.controllers ?? 'real',
      defect: options.defect ?? null,
      overrides: options.overrides ?? drawOverrides(random.fork('overrides')),
      ...(front && { front }),
      ...(site && { quotas: { [RESOURCE]: site.quotas } }),
      rare: (name) => this.#noteRare(name),
      note: (line) => this.#note(line),
    });
    this.#clients = startClients({
      clock,
      random: random.fork('clients'),
      database,
      count: CLIENTS,
      ...LOAD,
      store: { put: (item) => control.store.putOutcome(item) },
    });
    const service =
      site &&
      startService({
        clock,
        random: random.fork('service'),
        board: this.#board,
        site,
        table: control.throttle,
        defect: options.defect?.service ?? null,
      });
    cache?.start(database);
    const memberIds = members.map(({ id }) => id);
    const tiers = { ...(service && { service }), ...(cache && { cache }), ...(front && { front }) };
    const reach = { zones: ZONES, memberIds, ...tiers };
    this.#heal = inject({ clock, board: this.#board, database, ...reach });
    this.#view = new RunView({
      clock,
      database,
      control,
      board: this.#board,
      requests: this.#clients.requests,
      service,
      cache,
      front,
    });
    this.#commits = database.view().commits;
    this.#open = new Set(options.checkers);
  }

  /** @returns how many steps were made */
  async toEnd(): Promise<number> {
    const step = (): boolean => this.#step();
    const safetyEnd = START_MS + SAFETY_MS;
    let steps = await this.#clock.runUntil(safetyEnd, step);
    if (this.#isOver()) return steps;
    this.#heal();
    this.#view.phase = 'liveness';
    this.#view.quietSince = this.#clock.now();
    this.#note(() => 'everything is healed');
    steps += await this.#clock.runUntil(safetyEnd + CONVERGE_MS + QUIET_MS, step);
    return steps;
  }

  result(steps: number): SimResult {
    const { board, checkers } = { board: this.#board, checkers: this.#options.checkers };
    this.#hash.text(JSON.stringify([this.#view.pool, this.#view.ledger, this.#violations]));
    const faults: Record<string, { drawn: number; effective: number }> = {};
    for (const { id, effective } of board.faults) {
      const counted = (faults[id] ??= { drawn: 0, effective: 0 });
      counted.drawn += 1;
      counted.effective += effective ? 1 : 0;
    }
    const checks: Record<string, number> = {};
    for (const { invariant, checked } of checkers) checks[invariant] = (checks[invariant] ?? 0) + checked;
    return {
      seed: this.#options.seed,
      violations: this.#violations,
      steps,
      virtualMs: this.#clock.now() - START_MS,
      faults,
      checks,
      rare: Object.fromEntries([...this.#rare].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      hash: this.#hash.toString(),
    };
  }

  #step(): boolean {
    const view = this.#view;
    view.advance();
    this.#hash.number(view.now);
    this.#hash.number(
      view.calls.length + view.observations.length + view.requests.length + this.#commits.length,
    );
    if (this.#cache !== null) this.#hash.number(this.#cache.events.length);
    if (this.#front !== null) this.#hash.number(this.#front.requests.length + this.#front.changes.length);
    for (const checker of this.#open) {
      const said = checker.check(view);
      if (said === null) continue;
      this.#open.delete(checker);
      this.#violations.push({
        seed: this.#options.seed,
        invariant: checker.invariant,
        step: view.step,
        said,
      });
      this.#note(() => `${checker.invariant} is broken: ${said}`);
    }
    return !this.#isOver();
  }

  #isOver(): boolean {
    return this.#options.stopAtFirst === true && this.#violations.length > 0;
  }

  #database(members: readonly SimMember[], random: Random): SimDatabase {
    const { defect } = this.#options;
    const tables = this.#cache?.tables;
    return new SimDatabase({
      clock: this.#clock,
      random: random.fork('database'),
      clusterId: CLUSTER,
      members,
      timings: AWS_TIMINGS,
      customEndpoints: [ENDPOINT],
      onDrop: (node, memberId) => this.#board.dropped(node, memberId),
      onEvent: (event) => this.#note(() => `rds ${event.message}`),
      ...(tables && { onStored: (id, position) => tables.stored(id, position) }),
      ...(defect?.storage === undefined ? {} : { defect: defect.storage }),
    });
  }

  #cacheTier(site: CacheSite, random: Random): CacheTier {
    return new CacheTier({
      clock: this.#clock,
      random: random.fork('cache'),
      site,
      defect: this.#options.defect?.cache ?? null,
      rare: (name) => this.#noteRare(name),
      onDropped: (place, shard) => this.#board.droppedAtShard(place, shard),
      onLost: () => this.#board.lostPacket(),
      onRemembered: (place) => this.#board.remembered(place),
    });
  }

  #frontTier(random: Random): FrontTier | null {
    const { fronted, mix, defect } = this.#options;
    if (!(fronted ?? mix === 'front')) return null;
    const own = random.fork('front');
    return new FrontTier({
      clock: this.#clock,
      random: own,
      site: drawFrontSite(own.fork('site'), ZONES),
      defect: defect?.front ?? null,
      rare: (name) => this.#noteRare(name),
    });
  }

  #noteRare(name: string): void {
    this.#rare.set(name, (this.#rare.get(name) ?? 0) + 1);
    this.#note(() => name);
  }

  #draw(
    random: Random,
    members: readonly SimMember[],
    {
      site,
      cacheSite,
      front,
    }: {
      readonly site: ServiceSite | null;
      readonly cacheSite: CacheSite | null;
      readonly front: FrontTier | null;
    },
  ): readonly FaultSpec[] {
    return drawFaults(this.#options.mix ?? MIX_DEFAULT, {
      random,
      members,
      zones: ZONES,
      clients: Array.from({ length: CLIENTS }, (_, index) => `client:shop-${index + 1}`),
      from: START_MS + WARM_UP_MS,
      until: START_MS + SAFETY_MS,
      service: site && { instances: site.instances, from: START_MS + SERVICE_WARM_UP_MS },
      cache: cacheSite && {
        shards: cacheSite.shards + cacheSite.innerShards,
        nodes: Array.from({ length: cacheSite.processes }, (_, place) => nodeOf(place)),
      },
      front: front && {
        slots: front.tasksHere.count,
        instances: front.service.states.length,
      },
    });
  }

  #note(line: () => string): void {
    const { trace } = this.#options;
    if (trace === undefined) return;
    const seconds = ((this.#clock.now() - START_MS) / 1000).toFixed(3).padStart(8);
    trace(`${seconds} ${line()}`);
  }
}

/** A part of the swarm has a throttled service beside the database. */
function drawThrottled(mix: MixName, random: Random): boolean {
  return mix === 'overload' || (mix === 'swarm' && random.fork('throttled').chance(THROTTLED_SHARE));
}

function drawCached({ cached, mix }: SimOptions, random: Random): CacheSite | null {
  if (!(cached ?? mix === 'cache')) return null;
  const site = drawCacheSite(random.fork('cache site'));
  return cached ? { ...site, layering: null, innerShards: 0 } : site;
}

/** Mostly the example environment's writer and two readers; now and then a larger cluster. */
function drawMembers(random: Random): readonly SimMember[] {
  const count = random.chance(0.7) ? 3 : random.between(4, 6);
  return Array.from({ length: count }, (_, index) => ({
    id: `demo-db-${index + 1}`,
    az: ZONES[index % ZONES.length]!,
    promotionTier: 1,
  }));
}

/** Half of the seeds let more than one failover into a run, by a cooldown of a minute or two. */
function drawOverrides(random: Random): Readonly<Record<string, number>> {
  return random.chance(0.5) ? { 'cooldown-ms': random.between(60_000, 120_000) } : {};
}
