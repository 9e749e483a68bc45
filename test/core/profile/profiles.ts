import { InvalidInput, type Fault } from '../../../core/errors.ts';
import { validate, type EnvironmentProfile } from '../../../core/profile/index.ts';

/** The least that a team can write. */
export const minimal = {
  name: 'tiny',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  tiers: { database: {} },
  notify: {},
} as const satisfies EnvironmentProfile;

/** Everything there is to write. */
export const maximal = {
  name: 'prod-eu',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  size: 'fleet',
  tiers: {
    database: { readers: 4, databaseName: 'orders', backupDays: 35, mode: 'observe' },
    cache: { shards: 6, redundancy: 'double', gutter: true, nodeType: 'cache.c7gn.xlarge', mode: 'observe' },
  },
  applications: ['shop', 'order_service'],
  thresholds: { database: { 'lag-ms-max': 500, 'panic-ratio': 0.4 } },
  notify: { email: 'oncall@example.com' },
  deletionProtection: true,
} as const satisfies EnvironmentProfile;

export const existing = {
  vpc: {
    vpcId: 'vpc-0a1b2c',
    isolatedSubnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'],
    routeTableIds: ['rtb-0a', 'rtb-0b', 'rtb-0c'],
  },
  cluster: {
    identifier: 'orders',
    resourceId: 'cluster-ABC123',
    endpoint: 'orders.cluster-x.eu-west-1.rds.amazonaws.com',
    readerEndpoint: 'orders.cluster-ro-x.eu-west-1.rds.amazonaws.com',
    securityGroupId: 'sg-0a1b',
    secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf',
    members: ['a', 'b', 'c'].map((letter) => ({
      id: `orders-${letter}`,
      endpoint: `orders-${letter}.x.eu-west-1.rds.amazonaws.com`,
    })),
  },
  hostedZone: { id: 'Z0123456789', name: 'corp.internal' },
} as const satisfies EnvironmentProfile['existing'];

/** The faults of a profile that must be refused. */
export function faultsOf(profile: unknown): readonly Fault[] {
  try {
    validate(profile);
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults;
    throw error;
  }
  throw new Error('the profile was accepted');
}
