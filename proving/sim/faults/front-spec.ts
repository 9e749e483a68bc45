/** One fault of the edge and web tiers as it is to happen. Tasks are told apart by their slot, from 0. */

import type { FaultSpec } from './spec.ts';

interface Span {
  readonly from: number;
  readonly until: number;
}

/** What functions of the front call besides the state table. */
export const FRONT_SERVICES = ['elb', 'shift', 'route53', 'front'] as const;
export type FrontService = (typeof FRONT_SERVICES)[number];

export const ZONE_WAYS = ['kill', 'hang', 'partition'] as const;
export type ZoneWay = (typeof ZONE_WAYS)[number];

type OnFront =
  /** The task in the slot dies, or an instance behind the tasks; ECS starts another. */
  | { readonly id: 'F-01'; readonly slot: number; readonly from: number }
  | ({ readonly id: 'F-01'; readonly instance: number } & Span)
  | ({ readonly id: 'F-02'; readonly slot: number } & Span)
  | ({ readonly id: 'F-02'; readonly instance: number } & Span)
  | ({ readonly id: 'F-03'; readonly slot: number; readonly ms: number } & Span)
  /** The health path answers, everything else fails. */
  | ({ readonly id: 'F-04'; readonly slot: number } & Span)
  /** Everything answers but the health path. */
  | ({ readonly id: 'F-05'; readonly slot: number } & Span)
  /** No probe of one zone's prober is answered. */
  | ({ readonly id: 'F-06'; readonly zone: string } & Span)
  /** Only these zones' probers do not reach the task. */
  | ({ readonly id: 'F-07'; readonly zones: readonly string[]; readonly slot: number } & Span)
  /** Somebody changes the records; changes reach the name servers so much later, or never. */
  | ({
      readonly id: 'F-13';
      readonly lateMs: number | null;
      readonly loses: 'primary' | 'secondary' | null;
    } & Span)
  /** Everything in one zone: tasks, nodes of the balancers, the prober. */
  | ({ readonly id: 'F-24'; readonly zone: string; readonly way: ZoneWay } & Span)
  /** The path that every check asks for is broken on every task. */
  | ({ readonly id: 'F-25' } & Span)
  /** No control plane of AWS answers. */
  | ({ readonly id: 'F-26' } & Span)
  /** A new version of the tasks is rolled out; one that is not sound never passes a check. */
  | { readonly id: 'F-39'; readonly isSound: boolean; readonly from: number };

export type FrontFaultSpec = OnFront & { readonly tier: 'front' };

export function isOnFront(spec: FaultSpec): spec is FrontFaultSpec {
  return 'tier' in spec && spec.tier === 'front';
}

/** What it is about, in one word. */
export function frontTargetOf(spec: FrontFaultSpec): string {
  if ('slot' in spec) return `task ${spec.slot}`;
  if ('instance' in spec) return `service instance ${spec.instance}`;
  if ('zone' in spec) return spec.zone;
  if (spec.id === 'F-39') return spec.isSound ? 'a new version of the tasks' : 'a bad version of the tasks';
  return spec.id === 'F-13' ? 'records' : 'all of the front';
}
