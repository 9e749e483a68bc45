/** One direction of one connection: what arrives early waits for what was sent before it. */

import type { SimClock } from '../kernel/index.ts';
import type { Direction, Route, ShardNetwork } from './shard-network.ts';

export class Stream {
  readonly #clock: SimClock;
  readonly #network: ShardNetwork;
  readonly #route: Route;
  readonly #direction: Direction;
  readonly #early = new Map<number, () => void>();
  #sent = 0;
  #arrived = 0;
  #arrivesAt: number;

  constructor(clock: SimClock, network: ShardNetwork, route: Route, direction: Direction) {
    this.#clock = clock;
    this.#network = network;
    this.#route = route;
    this.#direction = direction;
    this.#arrivesAt = clock.now();
  }

  send(deliver: () => void): void {
    const number = this.#sent;
    this.#sent += 1;
    const before = Math.max(this.#arrivesAt, this.#clock.now());
    this.#arrivesAt = this.#network.send(this.#route, this.#direction, before, () => {
      this.#early.set(number, deliver);
      this.#release();
    });
  }

  #release(): void {
    for (let next = this.#early.get(this.#arrived); next; next = this.#early.get(this.#arrived)) {
      this.#early.delete(this.#arrived);
      this.#arrived += 1;
      next();
    }
  }
}
