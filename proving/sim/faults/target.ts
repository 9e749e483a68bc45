import { cacheTargetOf, isOnCache } from './cache-spec.ts';
import { frontTargetOf, isOnFront } from './front-spec.ts';
import { serviceTargetOf } from './service-spec.ts';
import type { FaultSpec } from './spec.ts';

/** What a fault is about, in one word. */
export function targetOf(spec: FaultSpec): string {
  if (isOnCache(spec)) return cacheTargetOf(spec);
  if (isOnFront(spec)) return frontTargetOf(spec);
  switch (spec.id) {
    case 'F-06':
      return spec.az;
    case 'F-07':
      return `${spec.nodes.join(',')} to ${spec.member}`;
    case 'F-14':
      return 'table' in spec ? `${spec.table}, ${spec.staleMs} ms old` : `rds, ${spec.versionsBack} back`;
    case 'F-16':
      return `${spec.service} ${spec.fault}`;
    case 'F-17':
      return `${spec.source} ${spec.effect}`;
    case 'F-18':
      return `${spec.folder} ${spec.when} call ${spec.call}`;
    case 'F-19':
      return 'where' in spec
        ? `${spec.folder} ${spec.where} at call ${spec.call}`
        : `${spec.folder} x${spec.concurrency}`;
    case 'F-39':
      return `${spec.folder} of the version before`;
    default:
      return 'member' in spec ? spec.member : serviceTargetOf(spec);
  }
}
