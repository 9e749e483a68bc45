/** Profiles with tasks and balancers. */

import type {
  EdgeProfile,
  EnvironmentProfile,
  ServiceProfile,
  WebProfile,
} from '../../../core/profile/index.ts';
import { minimal } from './profiles.ts';

export const SHOP: ServiceProfile = { entry: 'src/shop.ts' };
export const WEB: WebProfile = { entry: 'src/web.ts' };
export const EDGE: EdgeProfile = { domain: 'shop.example.com' };

export interface Front {
  readonly service?: object;
  readonly web?: object;
  readonly edge?: object;
}

/** The least with all three tiers, and what differs from it. */
export function front(change: Front = {}): EnvironmentProfile {
  const tiers = {
    database: {},
    service: { shop: { ...SHOP, ...change.service } },
    web: { ...WEB, ...change.web },
    edge: { ...EDGE, ...change.edge },
  };
  return { ...minimal, applications: ['shop'], tiers };
}
