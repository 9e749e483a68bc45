/**
 * One load a key at a time in this process. Whoever comes while a load is under way waits for it, and takes its value
 * only if nothing invalidated the key until it was stored; else those who waited share the next load, which begins
 * after all of them did. So nobody is given what was loaded before an invalidation that was acknowledged before it
 * asked.
 */

export interface Landed<Value> {
  readonly value: Value;
  /** The value may be given to those who came after the load began. */
  readonly isCurrent: boolean;
}

interface Flight {
  readonly landed: Promise<Landed<unknown>>;
  next: Promise<Landed<unknown>> | null;
}

export class Flights {
  readonly #flights = new Map<string, Flight>();

  /** Rejects with what `work` rejected with, for all who share it. */
  async join<Value>(name: string, work: () => Promise<Landed<Value>>): Promise<Value> {
    const current = this.#flights.get(name);
    if (!current) return (await this.#start(name, work)).value;
    const landed = await current.landed.catch(() => null);
    if (landed?.isCurrent) return landed.value as Value;
    current.next ??= this.#start(name, work);
    return ((await current.next) as Landed<Value>).value;
  }

  get underway(): number {
    return this.#flights.size;
  }

  #start<Value>(name: string, work: () => Promise<Landed<Value>>): Promise<Landed<Value>> {
    const landed = work();
    const flight: Flight = { landed, next: null };
    this.#flights.set(name, flight);
    const end = (): void => {
      if (this.#flights.get(name) === flight) this.#flights.delete(name);
    };
    landed.then(end, end);
    return landed;
  }
}
