/**
 * Writes on the old writer, directly at its address, as the application's user: once on a connection from before the
 * fault, whose statement waits there for the writer to wake, and again and again on new ones. What it accepts after
 * its successor wrote, or what is not there afterwards, is a stale write (I-02, I-18).
 */

import type { Client } from 'pg';
import { now } from './load/index.ts';
import { insertMark, presentMarks } from './marks.ts';
import type { Member } from './model.ts';
import { discard, openPlain } from './plain-session.ts';
import type { DrillPlace } from './ports.ts';

const ATTEMPT_MS = 1000;
const PAUSE_MS = 50;
/** A statement on the connection from before may wait through the whole fault. */
const HELD_MS = 240_000;

interface Accepted {
  readonly mark: string;
  /** Epoch ms at which the commit was answered. */
  readonly at: number;
}

export class OldWriter {
  readonly #place: DrillPlace;
  readonly #member: Member;
  readonly #tag: string;
  readonly #accepted: Accepted[] = [];
  #held: Client | null = null;
  #stopped = false;
  #trying: Promise<void> | null = null;
  #tries = 0;

  constructor(place: DrillPlace, member: Member, tag: string) {
    this.#place = place;
    this.#member = member;
    this.#tag = `${tag}-old`;
  }

  /** Before the fault: connects, so that there is a connection which outlives it. */
  async connect(): Promise<void> {
    this.#held = await openPlain(this.#place, this.#member, { timeoutMs: HELD_MS });
  }

  /** While the fault stands: writes from now on until `stop`. */
  begin(): void {
    if (this.#held) void this.#insert(this.#held).catch(() => undefined);
    this.#trying = this.#tryAgain();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#trying;
    if (this.#held) discard(this.#held);
  }

  /**
   * How many commits it accepted that it must not have. `since` is when its successor had accepted a write. Null where
   * it was never asked, or where nobody could say what is there.
   */
  async staleWrites(since: number): Promise<number | null> {
    if (!this.#trying) return null;
    const present = await presentMarks(this.#place, this.#tag);
    if (!present) return null;
    return this.#accepted.filter(({ mark, at }) => at >= since || !present.has(mark)).length;
  }

  async #tryAgain(): Promise<void> {
    while (!this.#stopped) {
      try {
        const client = await openPlain(this.#place, this.#member, { timeoutMs: ATTEMPT_MS });
        try {
          while (!this.#stopped) {
            await this.#insert(client);
            await pauseMs(PAUSE_MS);
          }
        } finally {
          discard(client);
        }
      } catch {
        // Refused, silent or read-only: that is what is hoped for. Tried again on a new connection.
        await pauseMs(PAUSE_MS);
      }
    }
  }

  async #insert(client: Client): Promise<void> {
    this.#tries += 1;
    const mark = `${this.#tag}-${this.#tries}`;
    await insertMark(client, mark);
    this.#accepted.push({ mark, at: now() });
  }
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
