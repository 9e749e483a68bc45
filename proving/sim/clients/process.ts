/** One application process: the real pools on simulated ports, and an open loop of requests. */

import type { Position } from '../../../core/pools/index.ts';
import { Database } from '../../../runtime/database.ts';
import { COUNT, FIND, INSERT } from '../database/index.ts';
import type { Cancel, Random, SimClock } from '../kernel/index.ts';
import type { ClientRequest } from '../model.ts';
import { SIM_LIMITS } from './limits.ts';
import type { ClientOptions } from './types.ts';

const APPLICATION = 'shop';
const READS_PER_SECOND = 4;
const WRITES_PER_SECOND = 2;
/** A request comes this share of the mean time after the one before. */
const SPACING = { min: 0.5, max: 1.5 } as const;

export interface Acknowledged {
  readonly id: string;
  readonly position: Position | null;
}

/** What all processes of a run write down. */
export interface Notes {
  readonly requests: ClientRequest[];
  readonly acknowledged: Acknowledged[];
  readonly stale: string[];
  /** Writes that may take effect once only. */
  readonly onceOnly: string[];
}

interface Served {
  memberId: string | null;
  attempts: number;
}

export class ClientProcess {
  readonly id: string;
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #notes: Notes;
  readonly #database: Database;
  readonly #cancels = new Map<string, Cancel>();
  #last: Acknowledged | null = null;
  #writes = 0;
  #reads = 0;

  constructor(options: ClientOptions, number: number, notes: Notes) {
    const { clock, database } = options;
    const application = options.application ?? APPLICATION;
    this.id = `${application}-${number}`;
    this.#clock = clock;
    this.#random = options.random.fork(this.id);
    this.#notes = notes;
    this.#database = new Database(
      {
        connector: database.connector(`client:${this.id}`),
        topology: database.topology,
        clock: clock.forClients(),
        random: this.#random.fork('pools').next,
        outcomes: { identity: { application, processId: this.id }, sink: options.store },
      },
      options.limits ?? SIM_LIMITS,
    );
    this.#loop('write', 1000 / (options.writesPerSecond ?? WRITES_PER_SECOND), () => this.#write());
    this.#loop('read', 1000 / (options.readsPerSecond ?? READS_PER_SECOND), () => this.#read());
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels.values()) cancel();
    await this.#database.close();
  }

  /** Open: the next request starts on time, whatever became of the one before. */
  #loop(name: string, meanMs: number, request: () => Promise<void>): void {
    const { min, max } = SPACING;
    const next = (): void => {
      const ms = Math.max(1, Math.round(meanMs * (min + (max - min) * this.#random.next())));
      this.#cancels.set(
        name,
        this.#clock.after(ms, () => {
          next();
          void request();
        }),
      );
    };
    next();
  }

  async #write(): Promise<void> {
    this.#writes += 1;
    const id = `${this.id} ${this.#writes}`;
    // Every other write may be done twice, as an upsert may; the others must not.
    const idempotent = this.#writes % 2 === 0;
    if (!idempotent) this.#notes.onceOnly.push(id);
    await this.#timed('write', async (served) => {
      const { position } = await this.#database.writes.execute(
        async (session) => {
          served.attempts += 1;
          served.memberId = session.memberId;
          await session.query(INSERT, [id]);
        },
        { idempotent, position: true },
      );
      this.#last = { id, position };
      this.#notes.acknowledged.push(this.#last);
    });
  }

  /** Every other read asks for the last write of this process. */
  async #read(): Promise<void> {
    this.#reads += 1;
    const own = this.#reads % 2 === 0 ? this.#last : null;
    await this.#timed('read', async (served) => {
      const { rows } = await this.#database.reads.read(
        (session) => {
          served.attempts += 1;
          served.memberId = session.memberId;
          return own === null ? session.query(COUNT) : session.query(FIND, [own.id]);
        },
        { after: own?.position ?? null },
      );
      if (own !== null && rows.length === 0) this.#notes.stale.push(own.id);
    });
  }

  async #timed(kind: ClientRequest['kind'], request: (served: Served) => Promise<void>): Promise<void> {
    const startedAt = this.#clock.now();
    const served: Served = { memberId: null, attempts: 0 };
    const ok = await request(served).then(
      () => true,
      () => false,
    );
    const endedAt = this.#clock.now();
    this.#notes.requests.push({ client: this.id, kind, startedAt, endedAt, ok, ...served });
  }
}
