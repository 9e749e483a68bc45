import { App, Stack } from 'aws-cdk-lib';
import { CacheTier, Network } from '../../../../lib/index.ts';

const app = new App();
const stack = new Stack(app, 'Orders', { env: { region: 'eu-west-1' } });
const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

const { vpc } = new Network(stack, 'Network', { zones });
export const cache = new CacheTier(stack, 'Cache', {
  environmentName: 'orders',
  vpc,
  zones,
  shards: 4,
  applications: ['shop'],
});
