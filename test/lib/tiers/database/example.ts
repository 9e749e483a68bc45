import { App, Stack } from 'aws-cdk-lib';
import { DatabaseTier, Network } from '../../../../lib/index.ts';

const app = new App();
const stack = new Stack(app, 'Orders', { env: { region: 'eu-west-1' } });
const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

const { vpc } = new Network(stack, 'Network', { zones });
export const database = new DatabaseTier(stack, 'Database', {
  environmentName: 'orders',
  vpc,
  zones,
  applications: ['shop'],
});
