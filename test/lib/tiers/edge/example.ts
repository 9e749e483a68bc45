import { App } from 'aws-cdk-lib';
import { UnderstudyEnvironment } from '../../../../lib/index.ts';

export const environment = new UnderstudyEnvironment(new App(), 'Prod', {
  profile: {
    name: 'prod',
    region: 'eu-west-1',
    zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    tiers: {
      database: {},
      web: { image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1.4.2', peakRequestsPerS: 200 },
      edge: { domain: 'shop.example.com', zone: { id: 'Z0123456789', name: 'example.com' } },
    },
    notify: { email: 'oncall@example.com' },
  },
});
