/**
 * The faults of a run: which are in force now, whom they strike, and whether they changed anything. Whatever can
 * be struck asks here.
 */

import type { FolderName } from '../control/defect.ts';
import type { Mishap, MishapAt } from '../control/invocation.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { FaultView } from '../model.ts';
import { isOnCache } from './cache-spec.ts';
import { cutsOf } from './cuts.ts';
import type { FrontService } from './front-spec.ts';
import { placesOf } from './service-spec.ts';
import type { CallFault, CallPoint, FaultId, FaultSpec } from './spec.ts';
import { targetOf } from './target.ts';

export type Service = 'rds' | 'state' | 'reads' | 'throttle' | FrontService;
export type EventSource = 'stream' | 'alarm' | 'schedule' | 'throttle-stream' | 'front-stream' | 'tasks';

const PROBER = 'prober:';

type Of<I extends FaultId> = Extract<FaultSpec, { id: I }>;
/** What is to befall one invocation. */
type OnInvocation = Of<'F-18'> | Extract<FaultSpec, { where: string }>;

/** A fault with what has become of it. */
export class Fault implements FaultView {
  readonly spec: FaultSpec;
  readonly id: string;
  readonly target: string;
  readonly places: readonly number[] | null;
  readonly from: number;
  until: number | null = null;
  effective = false;

  constructor(spec: FaultSpec) {
    this.spec = spec;
    this.id = spec.id;
    this.from = spec.from;
    this.target = targetOf(spec);
    this.places = placesOf(spec);
  }

  isActive(now: number): boolean {
    return this.from <= now && this.until === null;
  }
}

export class FaultBoard {
  readonly faults: readonly Fault[];
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #active = new Set<Fault>();
  readonly #onInvocation: Fault[];
  readonly #took: (fault: Fault) => void;

  /** @param took told when a fault first changes something */
  constructor(options: {
    readonly clock: SimClock;
    readonly random: Random;
    readonly specs: readonly FaultSpec[];
    readonly took?: (fault: Fault) => void;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#took = options.took ?? (() => undefined);
    this.faults = options.specs.map((spec) => new Fault(spec)).toSorted((a, b) => a.from - b.from);
    this.#onInvocation = this.faults.filter(({ spec }) => isOnInvocation(spec));
  }

  begin(fault: Fault): void {
    this.#active.add(fault);
  }

  end(fault: Fault): void {
    this.#active.delete(fault);
    fault.until ??= this.#clock.now();
  }

  /** Marks a fault as one that has changed something. */
  took(fault: Fault): void {
    if (fault.effective) return;
    fault.effective = true;
    this.#took(fault);
  }

  active<I extends FaultId>(id: I): readonly (Fault & { readonly spec: Of<I> })[] {
    return [...this.#active].filter((fault): fault is Fault & { readonly spec: Of<I> } => fault.id === id);
  }

  /**
   * What strikes the next try of a call to this service (F-16, F-40).
   * @param place of the instance that calls; null for a function
   */
  strike(service: Service, place: number | null = null): CallFault | null {
    if (this.#active.size === 0) return null;
    for (const fault of this.#onTable(service, place)) {
      const { effect } = fault.spec;
      if (typeof effect === 'number' || effect === 'emptied') continue;
      this.took(fault);
      return effect;
    }
    for (const fault of this.active('F-26')) {
      if (!isFrontService(service)) continue;
      this.took(fault);
      return 'lost';
    }
    for (const fault of this.active('F-16')) {
      if (fault.spec.service !== service || !this.#random.chance(fault.spec.share)) continue;
      this.took(fault);
      return fault.spec.fault;
    }
    return null;
  }

  /** By how many ms the answers of this service are late (F-40). */
  lateMs(service: Service, place: number | null = null): number {
    if (this.#active.size === 0) return 0;
    let lateMs = 0;
    for (const fault of this.#onTable(service, place)) {
      const { effect } = fault.spec;
      if (typeof effect !== 'number') continue;
      this.took(fault);
      lateMs = Math.max(lateMs, effect);
    }
    return lateMs;
  }

  /** How old the answers to reads of the throttle table are, in ms (F-14). */
  staleMs(): number {
    if (this.#active.size === 0) return 0;
    let staleMs = 0;
    for (const fault of this.active('F-14')) {
      if (!('staleMs' in fault.spec)) continue;
      this.took(fault);
      staleMs = Math.max(staleMs, fault.spec.staleMs);
    }
    return staleMs;
  }

  #onTable(service: Service, place: number | null): readonly (Fault & { readonly spec: Of<'F-40'> })[] {
    return this.active('F-40').filter(
      ({ spec: { table, places } }) =>
        table === service && (places === undefined || (place !== null && places.includes(place))),
    );
  }

  /** A message from this node to this member has met a cut (F-05, F-06, F-07). */
  dropped(node: string, memberId: string): void {
    const place = { zones: [node.slice(PROBER.length)], memberIds: [memberId] };
    for (const fault of this.#active) {
      if (fault.effective) continue;
      const cuts = cutsOf(fault.spec, place);
      if (cuts.some(([from, to]) => from === node && to === memberId)) this.took(fault);
    }
  }

  /** Every fault that lasts now. */
  inForce(): readonly Fault[] {
    return [...this.#active];
  }

  /** A message between a process of the application and a shard has met a cut (F-07). */
  droppedAtShard(place: number, shard: number): void {
    for (const fault of this.active('F-07')) {
      const { spec } = fault;
      if (isOnCache(spec) && spec.shard === shard && spec.processes.includes(place)) this.took(fault);
    }
  }

  /** A packet to or from a shard was lost (F-11). */
  lostPacket(): void {
    for (const fault of this.active('F-11')) this.took(fault);
  }

  /** A process of the application has used an address that is no longer the name's (F-12). */
  remembered(place: number): void {
    for (const fault of this.active('F-12')) if (fault.spec.process === place) this.took(fault);
  }

  /** How many versions old the next description is (F-14). */
  staleDescription(): { readonly versionsBack: number; readonly took: () => void } | null {
    for (const fault of this.active('F-14')) {
      if ('versionsBack' in fault.spec) {
        return { versionsBack: fault.spec.versionsBack, took: () => this.took(fault) };
      }
    }
    return null;
  }

  /** What becomes of the next event of this source (F-17). */
  delivery(
    source: EventSource,
  ): { readonly effect: 'drop' | 'duplicate' | 'delay'; readonly ms: number } | null {
    for (const fault of this.active('F-17')) {
      if (fault.spec.source !== source || !this.#random.chance(fault.spec.share)) continue;
      this.took(fault);
      return fault.spec;
    }
    return null;
  }

  /** How many of a function may run at once, where that is not its reservation (F-19). */
  concurrency(folder: FolderName): { readonly most: number; readonly took: () => void } | null {
    for (const fault of this.active('F-19')) {
      const { spec } = fault;
      if ('concurrency' in spec && spec.folder === folder) {
        return { most: spec.concurrency, took: () => this.took(fault) };
      }
    }
    return null;
  }

  /** Told when the invocation that starts now is of the version before, and that shows; null where it is not (F-39). */
  versionBefore(folder: FolderName): (() => void) | null {
    for (const fault of this.active('F-39')) {
      const { spec } = fault;
      if (!('folder' in spec) || spec.folder !== folder || !this.#random.chance(spec.share)) continue;
      return () => this.took(fault);
    }
    return null;
  }

  /**
   * What is to befall the invocation that starts now (F-18, F-19). One that counts calls is bound to it; one that
   * names a call befalls whichever invocation of the function makes that call first.
   */
  mishaps(folder: FolderName): MishapAt {
    const bound = this.#take(folder, (call) => typeof call === 'number');
    const own = bound?.spec as OnInvocation | undefined;
    return (number, name) => {
      if (bound !== undefined && own?.call === number) return this.#mishap(bound);
      if (this.#onInvocation.length === 0) return null;
      const named = this.#take(folder, (call) => call === name);
      return named === undefined ? null : this.#mishap(named);
    };
  }

  /** The earliest that waits for this function; it is taken once. */
  #take(folder: FolderName, isMeant: (call: CallPoint) => boolean): Fault | undefined {
    const now = this.#clock.now();
    const index = this.#onInvocation.findIndex(({ spec, from, until }) => {
      const waiting = spec as OnInvocation;
      return until === null && from <= now && waiting.folder === folder && isMeant(waiting.call);
    });
    if (index < 0) return undefined;
    const [fault] = this.#onInvocation.splice(index, 1);
    this.end(fault!);
    return fault;
  }

  #mishap(fault: Fault): Mishap {
    const spec = fault.spec as OnInvocation;
    const took = (): void => {
      this.took(fault);
    };
    return spec.id === 'F-18'
      ? { kind: 'kill', when: spec.when, took }
      : { kind: 'hold', ms: spec.ms, where: spec.where, took };
  }

  /** Nothing more is injected, and what is in force ends. */
  quiet(): void {
    for (const fault of this.faults) this.end(fault);
  }
}

export function isOnInvocation(spec: FaultSpec): spec is OnInvocation {
  return spec.id === 'F-18' || (spec.id === 'F-19' && 'where' in spec);
}

/** AWS's control planes, which can all be away; the front table is no control plane. */
function isFrontService(service: Service): boolean {
  return service === 'elb' || service === 'shift' || service === 'route53';
}
