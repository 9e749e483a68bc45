/**
 * Where a defect is planted: around the ports that one function gets, or around its handler. Shipped code is
 * never edited. What a planted port sends on is an external call as any other: counted, faulted and recorded.
 */

import type {
  AlarmReader,
  Clock,
  DatabaseControl,
  EdgeProbe,
  ElbControl,
  FrontStore,
  Log,
  MemberProbe,
  Metrics,
  ParameterReader,
  RecordStore,
  StateStore,
  TargetProbe,
  ThrottleStore,
  ZonalShift,
} from '../../../core/ports/index.ts';
import type { Invocation } from '../../../lambdas/shared/invocation.ts';
import type { StorageDefect } from '../database/index.ts';
import type { CacheDefect } from '../cache/index.ts';
import type { FrontDefect } from '../front/index.ts';
import type { ServiceDefect } from '../service/index.ts';
import type { SimTable } from './table.ts';

/** The functions of the database tier, by folder. */
export const DATABASE_FOLDERS = ['health-check', 'replica-pool', 'write-failover', 'reconcile'] as const;
/** Every function by folder. */
export const FOLDERS = [...DATABASE_FOLDERS, 'throttle', 'dns-failover'] as const;
export type FolderName = (typeof FOLDERS)[number];

/** What only the functions of the edge and web tiers are given. */
export interface FrontFunctionPorts {
  readonly store: FrontStore;
  readonly elb: ElbControl;
  readonly shift: ZonalShift;
  readonly records: RecordStore;
  readonly edge: EdgeProbe;
  readonly probe: TargetProbe;
}

/** Everything that any function may be given; each takes what it needs. */
export interface FunctionPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly throttle: ThrottleStore;
  readonly control: DatabaseControl;
  readonly probe: MemberProbe;
  readonly parameters: ParameterReader;
  readonly alarms: AlarmReader;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Null where there is no web tier. */
  readonly front: FrontFunctionPorts | null;
}

export interface DefectSite {
  readonly folder: FolderName;
  /** The prober's zone; null for the others. */
  readonly az: string | null;
  /** The invocation's request id. */
  readonly invocation: string;
  /** The table below every port: for a store that forgets its conditions. */
  readonly table: SimTable;
}

export type FunctionHandler = (event: unknown, invocation: Invocation) => Promise<unknown>;

export interface Defect {
  readonly name: string;
  /** A flaw of the database's storage. @default - none */
  readonly storage?: StorageDefect;
  /** Flaws of the throttled service. @default - none */
  readonly service?: ServiceDefect;
  /** Flaws of the cache tier. @default - none */
  readonly cache?: CacheDefect;
  /** Flaws of the edge and web tiers. @default - none */
  readonly front?: FrontDefect;
  /** What this invocation's handler is given instead. @default - its ports as they are */
  readonly ports?: (ports: FunctionPorts, site: DefectSite) => FunctionPorts;
  /** What runs instead of the handler. @default - the real handler */
  readonly handler?: (real: FunctionHandler, ports: FunctionPorts, site: DefectSite) => FunctionHandler;
}
