/** The declared list of inert types, enacted like any other resource. */

import type { ResourceProvider, ResourceRequest, World } from '../../kernel/index.ts';
import { ACCESS_TYPES } from './access.ts';
import { NETWORK_TYPES } from './network.ts';
import { OTHER_TYPES } from './other.ts';
import { SCALING_TYPES } from './scaling.ts';
import { STATIC_ENTRY_TYPES } from './static-entry.ts';
import type { InertResource } from './types.ts';
import { WEB_ACL_TYPES } from './web-acl.ts';

/** Types that stand but do nothing. A type that is neither here nor enacted stops a deployment. */
export const INERT_TYPES: ReadonlyMap<string, InertResource> = new Map(
  [
    ...NETWORK_TYPES,
    ...ACCESS_TYPES,
    ...WEB_ACL_TYPES,
    ...SCALING_TYPES,
    ...STATIC_ENTRY_TYPES,
    ...OTHER_TYPES,
  ].map((resource) => [resource.type, resource]),
);

export function inertProvider(resource: InertResource, world: World): ResourceProvider {
  const enacted = (physicalId: string, request: ResourceRequest) => ({
    physicalId,
    attributes: resource.attributes(physicalId, request, world),
  });
  return {
    type: resource.type,
    replaceOn: resource.replaceOn,
    create: (request) => Promise.resolve(enacted(resource.identify(request, world), request)),
    update: (request) => Promise.resolve(enacted(request.physicalId, request)),
    delete: () => Promise.resolve(),
  };
}
