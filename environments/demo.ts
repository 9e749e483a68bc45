import type { EnvironmentProfile } from '../core/profile/types.ts';

/**
 * The example environment: what `npm start` stands up. It differs from one for production in two lines only:
 * the data may be deleted, and forced promotion acts at once instead of being observed until a drill has passed.
 */
export const demo: EnvironmentProfile = {
  name: 'demo',
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  size: 'pair',
  tiers: { database: { mode: 'act' } },
  applications: ['shop'],
  notify: {},
  deletionProtection: false,
};
