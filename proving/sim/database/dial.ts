/** Making a connection: the name, the way there, the process, its door, its limits. */

import type { SimClock } from '../kernel/index.ts';
import type { SimEngine } from './engine.ts';
import { Link } from './link.ts';
import type { SimNames } from './names.ts';
import type { SimNetwork } from './network.ts';
import { WireError } from './wire-error.ts';

/** Connecting takes this many answers of the member: TCP is the kernel's, TLS and the login are its own. */
const ANSWERS = 2;

/** What a connection is made through. */
export interface Routes {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly names: SimNames;
  engine(id: string): SimEngine;
}

export interface DialOptions {
  readonly node: string;
  readonly host: string;
  readonly readOnly: boolean;
  readonly timeoutMs: number;
}

export interface Dialling {
  /** Rejects with `WireError`. */
  readonly link: Promise<Link>;
  /** Gives up: `link` rejects, and nothing stays open. */
  cancel(): void;
}

export function dial(routes: Routes, options: DialOptions): Dialling {
  const attempt = new Attempt(routes, options);
  return { link: attempt.link, cancel: () => attempt.fail(WireError.socket('ETIMEDOUT')) };
}

class Attempt {
  readonly link: Promise<Link>;
  readonly #routes: Routes;
  readonly #options: DialOptions;
  readonly #cancelTimeout: () => void;
  #over = false;
  #resolve!: (link: Link) => void;
  #reject!: (error: WireError) => void;

  constructor(routes: Routes, options: DialOptions) {
    this.#routes = routes;
    this.#options = options;
    this.link = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { clock, names, network } = routes;
    const timedOut = (): void => this.fail(WireError.socket('ETIMEDOUT'));
    this.#cancelTimeout = clock.after(options.timeoutMs, timedOut);
    const id = names.resolve(options.node, options.host);
    if (id === null) {
      this.fail(WireError.socket('ENOTFOUND'));
      return;
    }
    const engine = routes.engine(id);
    const ms = ANSWERS * (network.roundTripMs() + engine.slowMs);
    clock.after(ms, () => this.#arrive(engine));
  }

  fail(error: WireError): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimeout();
    this.#reject(error);
  }

  #arrive(engine: SimEngine): void {
    if (this.#over) return;
    const { clock, network } = this.#routes;
    const { node, readOnly } = this.#options;
    const again = (): void => this.#arrive(engine);
    if (network.isCut(node, engine.id)) {
      network.hold(node, engine.id, again);
    } else if (!engine.up) {
      this.fail(WireError.socket('ECONNREFUSED'));
    } else if (engine.frozen) {
      engine.wait({ resume: again, drop: () => this.fail(WireError.socket('ECONNRESET')) });
    } else if (!engine.admits) {
      this.fail(WireError.server('57P03'));
    } else if (engine.load === '53300') {
      this.fail(WireError.server('53300'));
    } else {
      this.#over = true;
      this.#cancelTimeout();
      this.#resolve(new Link({ clock, network, engine, node, readOnly }));
    }
  }
}
