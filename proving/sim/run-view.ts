/** What checkers see of a run: one object for all steps, whose parts are looked up when they are looked at. */

import type { LedgerItem, ObservationItem, OutcomeItem, PoolItem } from '../../core/state/items.ts';
import { ledgerPartition, observationPartition, outcomePartition, poolKey } from '../../core/state/keys.ts';
import { APPLICATIONS, CLUSTER, ZONES } from './control/deployment.ts';
import type { ControlPlane } from './control/control-plane.ts';
import type { SimDatabase } from './database/index.ts';
import type { FaultBoard } from './faults/board.ts';
import type { SimClock } from './kernel/index.ts';
import type { ClientRequest, DatabaseView, SimView } from './model.ts';
import type { CacheView } from './cache/index.ts';
import type { FrontView } from './front/index.ts';
import type { ServiceView } from './service/index.ts';

export interface ViewParts {
  readonly clock: SimClock;
  readonly database: SimDatabase;
  readonly control: ControlPlane;
  readonly board: FaultBoard;
  readonly requests: readonly ClientRequest[];
  readonly service: ServiceView | null;
  readonly cache: CacheView | null;
  readonly front: FrontView | null;
}

/** More than any run writes. */
const ALL = 100_000;
const LEDGER = ledgerPartition(CLUSTER);
const POOL = poolKey(CLUSTER).pk;

export class RunView implements SimView {
  readonly #parts: ViewParts;
  readonly zones = ZONES;
  readonly memberIds: readonly string[];
  readonly observations: ObservationItem[] = [];
  phase: SimView['phase'] = 'safety';
  quietSince: number | null = null;
  step = 0;
  #database: DatabaseView | null = null;
  #ledger: readonly LedgerItem[] | null = null;
  #outcomes: readonly OutcomeItem[] | null = null;
  pool: PoolItem | null = null;

  constructor(parts: ViewParts) {
    this.#parts = parts;
    this.memberIds = parts.database.members.map(({ id }) => id);
    const observed = new Set(ZONES.map(observationPartition));
    const told = new Set(APPLICATIONS.map(outcomePartition));
    parts.control.table.onChange(({ key, after }) => {
      if (key.pk === LEDGER) this.#ledger = null;
      else if (key.pk === POOL) this.pool = after as PoolItem | null;
      else if (told.has(key.pk)) this.#outcomes = null;
      else if (observed.has(key.pk) && after !== null) {
        this.observations.push(after as unknown as ObservationItem);
      }
    });
  }

  /** The next step: what is of this moment is looked up anew. */
  advance(): void {
    this.step += 1;
    this.#database = null;
  }

  get now(): number {
    return this.#parts.clock.now();
  }
  get thresholds(): SimView['thresholds'] {
    return this.#parts.control.thresholds;
  }
  get database(): DatabaseView {
    this.#database ??= this.#parts.database.view();
    return this.#database;
  }
  get ledger(): readonly LedgerItem[] {
    this.#ledger ??= this.#newest(LEDGER).toReversed() as unknown as readonly LedgerItem[];
    return this.#ledger;
  }
  get outcomes(): readonly OutcomeItem[] {
    this.#outcomes ??= APPLICATIONS.flatMap((name) =>
      this.#newest(outcomePartition(name)),
    ) as unknown as readonly OutcomeItem[];
    return this.#outcomes;
  }
  get calls(): SimView['calls'] {
    return this.#parts.control.calls;
  }
  get invocations(): SimView['invocations'] {
    return this.#parts.control.invocations;
  }
  get requests(): SimView['requests'] {
    return this.#parts.requests;
  }
  get service(): ServiceView | null {
    return this.#parts.service;
  }
  get cache(): CacheView | null {
    return this.#parts.cache;
  }
  get front(): FrontView | null {
    return this.#parts.front;
  }
  get faults(): SimView['faults'] {
    return this.#parts.board.faults;
  }

  #newest(partition: string): readonly object[] {
    return this.#parts.control.table.newest(partition, ALL);
  }
}
