/** The shards of a run: for each name the process that has it now, and what becomes of processes and names. */

import type { Random, SimClock } from '../kernel/index.ts';
import { ShardProcess } from './shard-process.ts';
import { ShardStore, type Data } from './shard-store.ts';

/** What a process that takes a name over comes back with. */
export const RETURNS = ['empty', 'as-it-was', 'older'] as const;
export type Returns = (typeof RETURNS)[number];

export interface ShardsOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly count: number;
  /** Entries that each has room for. */
  readonly room: number;
  readonly onEvicted: () => void;
}

/** How often a shard writes its entries to disk: what `older` comes back with. */
const SAVE_MS = 15_000;
const NOTHING: Data = new Map();

export class Shards {
  readonly #options: ShardsOptions;
  readonly #named: ShardProcess[];
  readonly #saved: Data[];
  /** Processes that have lost their name and live on. */
  readonly #former = new Map<number, ShardProcess>();
  readonly #offMs: number[];
  #started = 0;

  constructor(options: ShardsOptions) {
    this.#options = options;
    this.#offMs = Array.from({ length: options.count }, () => 0);
    this.#named = this.#offMs.map((_, shard) => this.#start(shard, NOTHING));
    this.#saved = this.#named.map(() => NOTHING);
    this.#save();
  }

  get count(): number {
    return this.#named.length;
  }

  /** The process that has the name of the shard now. */
  at(shard: number): ShardProcess {
    return this.#named[shard]!;
  }

  kill(shard: number): boolean {
    const process = this.at(shard);
    const wasAlive = process.isAlive;
    process.die();
    return wasAlive;
  }

  /** A new process has the name, with what it comes back with. */
  restart(shard: number, returns: Returns): void {
    const before = this.at(shard);
    before.die();
    this.#named[shard] = this.#start(shard, this.#dataOf(before, returns));
  }

  /** Another process has the name; the one before lives on for those who are connected to it. */
  takeOver(shard: number, returns: Returns): void {
    this.#former.get(shard)?.die();
    this.#former.set(shard, this.at(shard));
    this.#named[shard] = this.#start(shard, this.#dataOf(this.at(shard), returns));
  }

  /** The process of before dies, or gets its name back and the other one dies. */
  endTakeOver(shard: number, isBack: boolean): void {
    const former = this.#former.get(shard);
    this.#former.delete(shard);
    if (former === undefined) return;
    if (!isBack || !former.isAlive) {
      former.die();
      return;
    }
    this.at(shard).die();
    this.#named[shard] = former;
  }

  setOff(shard: number, ms: number): void {
    this.#offMs[shard] = ms;
    this.at(shard).store.setOff(ms);
  }

  #start(shard: number, data: Data): ShardProcess {
    const { clock, random, room, onEvicted } = this.#options;
    this.#started += 1;
    const incarnation = `run-${shard}-${this.#started}`;
    const store = new ShardStore({ clock, random: random.fork(incarnation), room, data, onEvicted });
    store.setOff(this.#offMs[shard] ?? 0);
    return new ShardProcess({ clock, shard, incarnation, store });
  }

  #dataOf(before: ShardProcess, returns: Returns): Data {
    if (returns === 'empty') return NOTHING;
    return returns === 'older' ? this.#saved[before.shard]! : before.store.data;
  }

  #save(): void {
    this.#options.clock.after(SAVE_MS, () => {
      for (const [shard, process] of this.#named.entries()) {
        if (process.isAlive) this.#saved[shard] = process.store.data;
      }
      this.#save();
    });
  }
}
