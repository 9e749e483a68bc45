import { App } from 'aws-cdk-lib';
import { UnderstudyEnvironment } from '../../../lib/index.ts';

const app = new App();
new UnderstudyEnvironment(app, 'Prod', {
  profile: {
    name: 'prod',
    region: 'eu-west-1',
    zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    tiers: { database: {} },
    applications: ['shop'],
    notify: { email: 'oncall@example.com' },
  },
});
