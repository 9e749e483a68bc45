/** The cache tier of a run: shards, application processes, the tables in the database, and what befalls them. */

import type { CacheTarget } from '../faults/inject-cache.ts';
import type { CacheStatus } from '../../../runtime/cache/index.ts';
import type { SimDatabase } from '../database/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import { Application } from './application.ts';
import type { CacheDefect } from './defect.ts';
import { CacheLog } from './log.ts';
import { Reads } from './reads.ts';
import type { Executed } from './shard-connection.ts';
import { type Direction, ShardNetwork } from './shard-network.ts';
import type { ShardProcess } from './shard-process.ts';
import { type Returns, Shards } from './shards.ts';
import type { CacheSite } from './site.ts';
import { Tables } from './tables.ts';
import { noteTransitions } from './transitions.ts';
import type { CacheEvent, CacheProcessView, CacheView, ShardView } from './view.ts';
import { Writes } from './writes.ts';

export interface CacheTierOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly site: CacheSite;
  readonly defect: CacheDefect | null;
  readonly rare: (name: string) => void;
  /** A message between a process and a shard has met a cut. */
  readonly onDropped: (place: number, shard: number) => void;
  /** A packet was lost, and is sent again. */
  readonly onLost: () => void;
  /** A process has used a name as it remembered it. */
  readonly onRemembered: (place: number) => void;
}

/** From the death of a process until the next one runs in its place. */
const RESTART_MS = { min: 4000, max: 9000 } as const;

interface Place {
  application: Application | null;
  started: number;
  offMs: number;
  /** Dies when its next write has committed; told when it does. */
  doomed: (() => void) | null;
  /** What its resolver has kept; null when it asks anew. */
  names: ShardProcess[] | null;
}

export class CacheTier implements CacheView, CacheTarget {
  readonly site: CacheSite;
  readonly tables: Tables;
  readonly shardCount: number;
  readonly processCount: number;
  readonly #options: CacheTierOptions;
  readonly #log: CacheLog;
  readonly #shards: Shards;
  readonly #network: ShardNetwork;
  readonly #places: readonly Place[];
  #database: SimDatabase | null = null;

  constructor(options: CacheTierOptions) {
    const { clock, random, site, rare, onDropped, onLost } = options;
    this.#options = options;
    this.site = site;
    this.shardCount = site.shards + site.innerShards;
    this.processCount = site.processes;
    this.#log = new CacheLog(clock, rare);
    this.#shards = new Shards({
      clock,
      random: random.fork('shards'),
      count: this.shardCount,
      room: site.roomForEntries,
      onEvicted: () => rare('shard: an entry was evicted'),
    });
    this.#network = new ShardNetwork({
      clock,
      random: random.fork('network'),
      onDropped: ({ place, shard }) => onDropped(place, shard),
      onLost,
    });
    const around = { log: this.#log, shards: this.#shards };
    const counts = site.layering === null ? [site.shards] : [site.shards, site.innerShards];
    this.tables = new Tables(counts, (before, after) => noteTransitions(around, before, after));
    this.#places = Array.from({ length: site.processes }, () => ({
      application: null,
      started: 0,
      offMs: 0,
      doomed: null,
      names: null,
    }));
  }

  /** Starts every process, over the database whose storage tells `tables`. */
  start(database: SimDatabase): void {
    this.#database = database;
    for (const place of this.#places.keys()) this.#startProcess(place);
  }

  get events(): readonly CacheEvent[] {
    return this.#log.events;
  }

  shards(): readonly ShardView[] {
    return this.tables.newest.ledgers.flatMap(({ rows }) => rows);
  }

  processes(): readonly CacheProcessView[] {
    return this.#places.flatMap(({ application }) => (application === null ? [] : [viewOf(application)]));
  }

  killShard(shard: number): boolean {
    return this.#shards.kill(shard);
  }

  restartShard(shard: number, returns: Returns): void {
    this.#shards.restart(shard, returns);
  }

  hangShard(shard: number): boolean {
    this.#shards.at(shard).hang();
    return this.#shards.at(shard).isAlive;
  }

  continueShard(shard: number): void {
    this.#shards.at(shard).goOn();
  }

  slowShard(shard: number, ms: number): void {
    this.#shards.at(shard).slowMs = ms;
  }

  flushShard(shard: number): boolean {
    const { isAlive, store } = this.#shards.at(shard);
    if (isAlive) store.clear();
    return isAlive;
  }

  setShardOff(shard: number, ms: number): void {
    this.#shards.setOff(shard, ms);
  }

  takeOver(shard: number, returns: Returns): void {
    this.#shards.takeOver(shard, returns);
  }

  endTakeOver(shard: number, isBack: boolean): void {
    this.#shards.endTakeOver(shard, isBack);
  }

  cut(place: number, shard: number, directions: ReadonlySet<Direction>): void {
    this.#network.setCut({ place, shard }, directions);
  }

  lose(share: number): void {
    this.#network.lossShare = share;
  }

  keepNames(place: number, isKept: boolean): void {
    const names = Array.from({ length: this.#shards.count }, (_, shard) => this.#shards.at(shard));
    this.#places[place]!.names = isKept ? names : null;
  }

  crashProcess(place: number): boolean {
    const { application } = this.#places[place]!;
    if (application === null) return false;
    const { clock, random } = this.#options;
    application.kill();
    this.#places[place]!.application = null;
    this.#log.add({ kind: 'crashed', process: application.id, place });
    clock.after(random.between(RESTART_MS.min, RESTART_MS.max), () => this.#startProcess(place));
    return true;
  }

  crashAfterCommit(place: number, took: (() => void) | null): void {
    this.#places[place]!.doomed = took;
  }

  stopProcess(place: number): boolean {
    const clock = this.#places[place]!.application?.clock;
    clock?.freeze();
    return clock !== undefined;
  }

  continueProcess(place: number): void {
    this.#places[place]!.application?.clock.thaw();
  }

  setProcessOff(place: number, ms: number): void {
    this.#places[place]!.offMs = ms;
    this.#places[place]!.application?.clock.setOff(ms);
  }

  #startProcess(place: number): void {
    const { clock, random, site, defect } = this.#options;
    const here = this.#places[place]!;
    here.started += 1;
    const id = `${place + 1}-${here.started}`;
    const own = random.fork(`process ${id}`);
    const application = new Application({
      clock,
      random: own,
      database: this.#database!,
      tables: this.tables,
      log: this.#log,
      site,
      place,
      id,
      defect,
      network: this.#network,
      shards: this.#shards,
      remembered: (shard) => this.#remembered(place, shard),
      onExecuted: (executed) => this.#executed(executed),
    });
    application.clock.setOff(here.offMs);
    here.application = application;
    void new Reads(application, own.fork('reads'));
    void new Writes(application, own.fork('writes'), () => this.#committed(place));
  }

  /** Between a write's commit and its invalidation. */
  #committed(place: number): void {
    const took = this.#places[place]!.doomed;
    if (took === null) return;
    this.#places[place]!.doomed = null;
    if (!this.crashProcess(place)) return;
    this.#log.rare('process: died between commit and delivery');
    took();
  }

  #remembered(place: number, shard: number): ShardProcess | null {
    const kept = this.#places[place]!.names?.[shard];
    if (kept === undefined || kept === this.#shards.at(shard)) return null;
    this.#options.onRemembered(place);
    return kept;
  }

  #executed({ place, shard, name, keys, isOrphan }: Executed): void {
    if (isOrphan) this.#log.rare('command: executed after its client had gone');
    this.#log.add({ kind: 'command', place, shard, command: name, names: keys });
  }
}

function viewOf(application: Application): CacheProcessView {
  const servesAll = application
    .describe()
    .every(({ isLeased, shards }) => isLeased && shards.every(isServing));
  return {
    process: application.id,
    isStopped: application.clock.isFrozen,
    servesAll,
  };
}

function isServing({ state, breaker, incarnation }: CacheStatus['shards'][number]): boolean {
  return state === 'serving' && breaker === 'closed' && incarnation !== null;
}
