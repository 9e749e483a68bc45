import { isOnCache } from './cache-spec.ts';
import { isOnFront } from './front-spec.ts';
import type { FaultSpec } from './spec.ts';

/** The pairs of node and member that a fault cuts off from each other. */
export function cutsOf(
  spec: FaultSpec,
  { zones, memberIds }: { readonly zones: readonly string[]; readonly memberIds: readonly string[] },
): readonly (readonly [string, string])[] {
  if (isOnCache(spec) || isOnFront(spec)) return [];
  switch (spec.id) {
    case 'F-05':
      return zones.map((az) => [`prober:${az}`, spec.member] as const);
    case 'F-06':
      return memberIds.map((member) => [`prober:${spec.az}`, member] as const);
    case 'F-07':
      return spec.nodes.map((node) => [node, spec.member] as const);
    default:
      return [];
  }
}
