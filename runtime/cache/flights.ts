/**
 * One load a key at a time in this process. Whoever comes while a load is under way waits for it, and takes its value
 * only if nothing invalidated the key until it was stored; else those who waited share the next load, which begins
 * after all of them did. So nobody is given what was loaded before an invalidation that was acknowledged before it
 * asked.
 */

import { CRITICALITIES, type Criticality } from '../../core/shedding/index.ts';
import { isSpent } from './errors.ts';
import type { LoadContext } from './load-options.ts';
import type { Served } from './load-run.ts';

export interface Landed<Value> extends Served<Value> {
  /** The value may be given to those who came after the load began. */
  readonly isCurrent: boolean;
}

/** Who waits for a load. */
export interface Passenger {
  readonly criticality: Criticality;
  readonly share: number;
  /** It went away. */
  readonly signal: AbortSignal | null;
}

/** Flights that one passenger takes in turn: refused to lower classes, or given up by all who waited for them. */
const TURNS_MAX = 8;

type Work<Value> = (context: LoadContext) => Promise<Landed<Value>>;

interface Flight {
  readonly landed: Promise<Landed<unknown>>;
  /** Of the one that began it. */
  readonly criticality: Criticality;
  readonly controller: AbortController;
  passengers: number;
  next: Flight | null;
}

export class Flights {
  readonly #flights = new Map<string, Flight>();

  /**
   * Rejects with what `work` rejected with, for all who share it, and with the reason of the passenger's signal. What
   * was refused to a lower class is tried again for a higher one.
   */
  async join<Value>(name: string, passenger: Passenger, work: Work<Value>): Promise<Landed<Value>> {
    passenger.signal?.throwIfAborted();
    const current = this.#flights.get(name) ?? null;
    let flight = current ?? this.#start(name, passenger, work);
    for (let turn = 1; ; turn += 1) {
      const isOld = flight === current;
      const wasAbandoned = flight.controller.signal.aborted;
      try {
        const landed = await ride(flight, passenger);
        if (landed.isCurrent || !isOld) return landed as Landed<Value>;
      } catch (error) {
        passenger.signal?.throwIfAborted();
        const isOurs = isSpent(error) ? !isAbove(passenger, flight) : !isOld;
        if (turn === TURNS_MAX || (isOurs && !wasAbandoned)) throw error;
      }
      flight = flight.next ??= this.#start(name, passenger, work);
    }
  }

  has(name: string): boolean {
    return this.#flights.has(name);
  }

  get underway(): number {
    return this.#flights.size;
  }

  #start<Value>(name: string, { criticality, share }: Passenger, work: Work<Value>): Flight {
    const controller = new AbortController();
    const landed = work({ signal: controller.signal, criticality, share });
    const flight: Flight = { landed, criticality, controller, passengers: 0, next: null };
    this.#flights.set(name, flight);
    const end = (): void => {
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    };
    landed.then(end, end);
    return flight;
  }
}

/** As the flight ends, or with the passenger's reason. When the last passenger has gone, so may the flight. */
function ride(flight: Flight, { signal }: Passenger): Promise<Landed<unknown>> {
  flight.passengers += 1;
  if (!signal) return flight.landed;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      flight.passengers -= 1;
      if (flight.passengers === 0) flight.controller.abort(signal.reason);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave, { once: true });
    const stay = (): void => signal.removeEventListener('abort', leave);
    flight.landed.then(resolve, reject).then(stay, stay);
  });
}

function isAbove(passenger: Passenger, flight: Flight): boolean {
  return CRITICALITIES.indexOf(passenger.criticality) < CRITICALITIES.indexOf(flight.criticality);
}
