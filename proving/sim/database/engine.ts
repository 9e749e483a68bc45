/** One engine: its process, its role, what it has replayed, and the work that waits for it. */

import type { Cancel, Random, SimClock } from '../kernel/index.ts';
import type { EngineView } from '../model.ts';
import { Replay } from './replay.ts';
import { isWrite, type StatusRow } from './statements.ts';
import type { SimStorage } from './storage.ts';
import type { LoadState, SimMember } from './types.ts';

/** How long an engine runs on until it sees that its generation has ended. */
const NOTICE_MS = { min: 1, max: 200 } as const;

/** Work that reached an engine which cannot do it now. */
interface Waiting {
  readonly resume: () => void;
  readonly drop: () => void;
}

/** The server's end of something that must hear of the end of the process. */
export interface Attached {
  /** The process is about to be gone. */
  serverGone(): void;
}

export interface EngineOptions {
  readonly member: SimMember;
  readonly clock: SimClock;
  readonly random: Random;
  readonly storage: SimStorage;
  readonly role: 'writer' | 'reader';
  /** The rows of the cluster as this engine sees it. */
  readonly statusRows: (self: SimEngine) => readonly StatusRow[];
}

export class SimEngine {
  readonly id: string;
  readonly az: string;
  readonly attached = new Set<Attached>();
  slowMs = 0;
  load: LoadState | null = null;
  /** Commits still to come whose answers get lost. */
  answersToLose = 0;
  readonly #options: EngineOptions;
  readonly #replay: Replay;
  #up = true;
  #frozen = false;
  #admits = true;
  #fenced = false;
  #stalled = false;
  #role: 'writer' | 'reader';
  #generation: number;
  /** Counts processes and orders to them: who waited meanwhile sees that things have changed. */
  #life = 0;
  #written = 0;
  #waiting: Waiting[] = [];
  #ends: (() => void)[] = [];
  #cancelNotice: Cancel | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.id = options.member.id;
    this.az = options.member.az;
    this.#role = options.role;
    this.#generation = options.storage.generation;
    this.#replay = new Replay(options);
  }

  get up(): boolean {
    return this.#up;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Lets clients in. */
  get admits(): boolean {
    return this.#admits;
  }

  /** Was told to end and has not yet. */
  get fenced(): boolean {
    return this.#fenced;
  }

  /** What it takes itself for. */
  get role(): 'writer' | 'reader' {
    return this.#role;
  }

  get life(): number {
    return this.#life;
  }

  get position(): number {
    if (this.#role === 'reader') return this.#replay.position;
    const { storage } = this.#options;
    return this.#generation === storage.generation ? storage.durable : this.#written;
  }

  /** How long the reader has lacked what is stored; null on the writer. */
  get lagMs(): number | null {
    return this.#role === 'writer' ? null : this.#options.storage.waitingMs(this.position);
  }

  view(): EngineView {
    const isWriting = this.#role === 'writer' && this.#options.storage.takes(this.#generation);
    return {
      id: this.id,
      az: this.az,
      up: this.#up,
      frozen: this.#frozen,
      role: this.#role,
      acceptsCommits: isWriting && this.#up && !this.#frozen && this.#admits && !this.#stalled,
      generation: this.#generation,
      position: this.position,
    };
  }

  statusRows(): readonly StatusRow[] {
    return this.#options.statusRows(this);
  }

  /** A read here finds the write. */
  shows(id: string): boolean {
    const position = this.#options.storage.positionOf(id);
    return position !== null && position <= this.position;
  }

  /** The SQLSTATE that this statement meets, if any. */
  loadOn(text: string): LoadState | null {
    if (this.load === '57014') return this.load;
    return this.load === '55P03' && isWrite(text) ? this.load : null;
  }

  /** False when storage refuses it: the generation of this engine has ended, and the engine will. */
  commit(id: string, told: boolean): boolean {
    const life = this.#life;
    const stored = this.#options.storage.commit({
      id,
      memberId: this.id,
      generation: this.#generation,
      position: this.position,
      told,
      isAlive: () => this.#up && this.#life === life,
    });
    this.#written = this.position;
    return stored;
  }

  /** The work cannot be done now: the process stands still, or its disk does. */
  isBlocked(needsDisk: boolean): boolean {
    return this.#frozen || (needsDisk && this.#stalled);
  }

  wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  freeze(): void {
    if (!this.#up || this.#frozen) return;
    this.#replay.hold('freeze');
    this.#frozen = true;
  }

  /** What waited is done now, in its order. One that was told to end does so a moment later. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#replay.release('freeze');
    this.#resumeWork();
    if (this.#fenced) this.#noticeFence();
    else if (!this.#admits) this.#dropClients();
  }

  stall(stalled: boolean): void {
    if (this.#stalled === stalled) return;
    this.#stalled = stalled;
    if (!stalled && !this.#frozen) this.#resumeWork();
  }

  pauseReplay(paused: boolean): void {
    if (paused) this.#replay.hold('pause');
    else this.#replay.release('pause');
  }

  /** Closes for clients before a promotion. */
  shut(): void {
    this.#admits = false;
    if (!this.#frozen) this.#dropClients();
  }

  admit(): void {
    this.#admits = true;
  }

  /** Must acknowledge nothing any more: ends, or ends when it wakes. */
  fence(): void {
    this.#written = this.position;
    this.#life += 1;
    if (!this.#up) return;
    if (!this.#frozen) this.end();
    else this.#fenced = this.#options.storage.hasFence;
  }

  /** The process is gone, whatever state it was in. */
  end(): void {
    if (!this.#up) return;
    for (const attached of this.attached) attached.serverGone();
    this.attached.clear();
    this.#replay.hold('death');
    this.#written = this.position;
    this.#up = false;
    this.#frozen = false;
    this.#fenced = false;
    this.#admits = false;
    this.#life += 1;
    this.#cancelNotice?.();
    this.#cancelNotice = null;
    for (const { drop } of this.#waiting.splice(0)) drop();
    for (const ended of this.#ends.splice(0)) ended();
  }

  /** Resolves when the process has ended; at once when there is none. */
  ended(): Promise<void> {
    if (!this.#up) return Promise.resolve();
    return new Promise((resolve) => this.#ends.push(resolve));
  }

  /** A new process, which has all that storage holds. */
  start(role: 'writer' | 'reader'): void {
    const { storage } = this.#options;
    this.#life += 1;
    this.#up = true;
    this.#role = role;
    if (role === 'writer') storage.resumeGeneration();
    this.#generation = storage.generation;
    this.#written = storage.durable;
    this.#replay.restart();
  }

  /** The reader becomes the writer, and a new generation begins. */
  promote(): void {
    const { storage } = this.#options;
    this.#role = 'writer';
    this.#generation = storage.beginGeneration();
    this.#written = storage.durable;
  }

  #dropClients(): void {
    for (const attached of this.attached) attached.serverGone();
    this.attached.clear();
  }

  #noticeFence(): void {
    if (this.#cancelNotice !== null || !this.#up) return;
    const { clock, random } = this.#options;
    this.#cancelNotice = clock.after(random.between(NOTICE_MS.min, NOTICE_MS.max), () => {
      this.#cancelNotice = null;
      if (this.#frozen) this.#fenced = true;
      else this.end();
    });
  }

  #resumeWork(): void {
    for (const { resume } of this.#waiting.splice(0)) resume();
  }
}
