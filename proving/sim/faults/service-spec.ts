/** One fault of the throttled service as it is to happen. Instances are told apart by their place, from 0. */

import type { CallFault, FaultSpec } from './spec.ts';

interface Span {
  readonly from: number;
  readonly until: number;
}

export const TABLES = ['state', 'throttle'] as const;
export type TableName = (typeof TABLES)[number];

export type ServiceFaultSpec =
  /** The process of an instance dies; another one takes its place some seconds later. */
  | { readonly id: 'F-01'; readonly place: number; readonly from: number }
  | ({ readonly id: 'F-02'; readonly place: number } & Span)
  /** The wall clock of an instance's host is off by so much. */
  | ({ readonly id: 'F-20'; readonly place: number; readonly ms: number } & Span)
  /** That share of the slots behind every instance is left. */
  | ({ readonly id: 'F-24'; readonly slotShare: number } & Span)
  /** Clients that are not ours try again at once, and again. */
  | ({ readonly id: 'F-29' } & Span)
  /** `surge`: all load together grows so many times; `flood`: that of one caller. */
  | ({ readonly id: 'F-38'; readonly load: 'surge' | 'flood'; readonly times: number } & Span)
  | ({
      readonly id: 'F-40';
      readonly table: TableName;
      /** What becomes of every request, by how many ms all are late, or that all items are gone at once. */
      readonly effect: CallFault | 'emptied' | number;
      /** Only for the instances in these places: they are cut off, nobody else is. @default - for all */
      readonly places?: readonly number[];
    } & Span)
  /** Reads of the throttle table answer what was true so many ms ago. */
  | ({ readonly id: 'F-14'; readonly table: 'throttle'; readonly staleMs: number } & Span);

export function isOnService(spec: FaultSpec): spec is ServiceFaultSpec {
  return 'place' in spec || 'table' in spec || SERVICE_IDS.has(spec.id);
}

const SERVICE_IDS: ReadonlySet<string> = new Set(['F-24', 'F-29', 'F-38']);

/** What a fault of the service is about, in one word. */
export function serviceTargetOf(spec: ServiceFaultSpec): string {
  switch (spec.id) {
    case 'F-14':
      return `${spec.table}, ${spec.staleMs} ms old`;
    case 'F-24':
      return `${spec.slotShare} of the slots`;
    case 'F-29':
      return 'clients';
    case 'F-38':
      return `${spec.load} x${spec.times}`;
    case 'F-40':
      return `${spec.table} ${spec.effect}`;
    default:
      return `instance ${spec.place + 1}`;
  }
}

export function placesOf(spec: FaultSpec): readonly number[] | null {
  if ('place' in spec) return [spec.place];
  return 'places' in spec ? (spec.places ?? null) : null;
}
