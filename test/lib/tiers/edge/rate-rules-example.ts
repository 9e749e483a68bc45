import { App, Stack } from 'aws-cdk-lib';
import { EdgeRateRules, validate } from '../../../../lib/index.ts';

const { profile } = validate({
  name: 'prod',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  tiers: { database: {} },
  applications: ['shop'],
  throttle: { quotes: { application: 'shop', capacityPerS: 100, others: { limitPerS: 20 } } },
});

const stack = new Stack(new App(), 'Edge', { env: { region: profile.region } });
export const rules = new EdgeRateRules(stack, 'RateRules', {
  environmentName: profile.name,
  rules: profile.throttle.map((quotas) => ({ quotas, pathPrefix: `/${quotas.resource}` })),
});
