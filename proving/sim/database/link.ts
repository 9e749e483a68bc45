/**
 * The client's end of one connection. A statement takes effect and is answered at one instant, the end of its
 * round trip: so whether a commit was acknowledged is known when it is stored, and the log of commits can say it.
 */

import type { SimEngine } from './engine.ts';
import type { SimNetwork } from './network.ts';
import { type Reply, ServerSession } from './server-session.ts';
import { COMMIT } from './statements.ts';
import type { SimClock } from '../kernel/index.ts';
import { WireError } from './wire-error.ts';

interface Sent {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly at: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: WireError) => void;
}

export interface LinkOptions {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly engine: SimEngine;
  /** Where the client runs. */
  readonly node: string;
  readonly readOnly: boolean;
}

export class Link {
  readonly #options: LinkOptions;
  readonly #session: ServerSession;
  /** Sent and not answered, oldest first. */
  #outstanding: Sent[] = [];
  #arrivesAt = 0;
  /** The client's end is closed. */
  #gone = false;
  /** What the client had sent when it closed its end still reaches the engine. */
  #orphansArrive = false;
  #onLost: (() => void) | null = null;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#session = new ServerSession(options.engine, options.readOnly);
    options.engine.attached.add(this);
  }

  /** Nothing is outstanding, and no transaction is open. */
  get idle(): boolean {
    return !this.#gone && this.#outstanding.length === 0 && !this.#session.inTransaction;
  }

  /** Rejects with `WireError`. */
  ask(text: string, values: readonly unknown[]): Promise<Reply> {
    if (this.#gone) return Promise.reject(WireError.socket('ECONNRESET'));
    const { clock, network, engine } = this.#options;
    return new Promise((resolve, reject) => {
      const sent: Sent = { text, values, at: clock.now(), resolve, reject };
      this.#outstanding.push(sent);
      this.#arrivesAt = Math.max(this.#arrivesAt, clock.now() + network.roundTripMs() + engine.slowMs);
      clock.at(this.#arrivesAt, () => this.#arrive(sent));
    });
  }

  /** Closes the client's end. The server learns of it once it has done what it was sent. */
  destroy(): void {
    if (this.#gone) return;
    this.#onLost = null;
    if (this.#outstanding.length > 0) this.#orphansArrive = this.#options.network.evenOdds();
    else this.#endSession();
    this.#close();
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
  }

  /** The engine's process ends, or drops its clients. A commit on its way may have been done just before. */
  serverGone(): void {
    const { engine, node, network } = this.#options;
    const [next] = this.#outstanding;
    const wasReceived = next?.text === COMMIT && !engine.isBlocked(true) && this.#reaches();
    if (wasReceived && network.evenOdds()) this.#session.execute(next.text, next.values, false);
    this.#session.end();
    // Over a cut the client hears nothing of it.
    if (!network.isCut(node, engine.id)) this.#lose();
  }

  #reaches(): boolean {
    const { engine, node, network } = this.#options;
    return !network.isCut(node, engine.id);
  }

  #arrive(sent: Sent): void {
    if (this.#gone && !this.#orphansArrive) {
      this.#endSession();
      return;
    }
    const { engine, network, node, clock } = this.#options;
    if (network.isCut(node, engine.id)) {
      const gotThrough = network.wasCutAfter(node, engine.id, sent.at) && network.evenOdds();
      if (gotThrough) this.#executeUnheard(sent);
      else network.hold(node, engine.id, () => this.#arrive({ ...sent, at: clock.now() }));
      return;
    }
    if (this.#session.ended) {
      this.#lose();
      return;
    }
    if (engine.isBlocked(this.#session.needsDisk(sent.text))) {
      // When the process ends, `serverGone` tells the client.
      engine.wait({ resume: () => this.#arrive(sent), drop: () => undefined });
      return;
    }
    this.#execute(sent);
  }

  #execute(sent: Sent): void {
    const { engine } = this.#options;
    const losesAnswer = sent.text === COMMIT && engine.answersToLose > 0 && this.#session.inTransaction;
    if (losesAnswer) engine.answersToLose -= 1;
    const told = !this.#gone && !losesAnswer;
    const answer = this.#session.execute(sent.text, sent.values, told);
    if (this.#gone) {
      this.#endSession();
      return;
    }
    if (losesAnswer) {
      this.#endSession();
      this.#lose();
      return;
    }
    // The engine finds out that it may not write, and ends: that is the answer.
    if (answer.kind === 'silence') return;
    this.#outstanding.shift();
    if (answer.kind === 'reply') sent.resolve(answer.reply);
    else sent.reject(WireError.server(answer.sqlState));
  }

  /** It took effect, and the answer went lost in the cut: nothing else will be heard on this connection. */
  #executeUnheard(sent: Sent): void {
    const { engine } = this.#options;
    if (this.#session.ended || engine.isBlocked(this.#session.needsDisk(sent.text))) return;
    this.#session.execute(sent.text, sent.values, false);
    this.#endSession();
  }

  #endSession(): void {
    this.#session.end();
    this.#options.engine.attached.delete(this);
  }

  #lose(): void {
    if (this.#gone) return;
    const tell = this.#onLost;
    this.#close();
    tell?.();
  }

  #close(): void {
    this.#gone = true;
    for (const { reject } of this.#outstanding.splice(0)) reject(WireError.socket('ECONNRESET'));
  }
}
