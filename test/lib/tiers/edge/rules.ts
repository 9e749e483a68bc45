/** Rate rules over quotas as a team would write them. */

import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';
import { readQuotas } from '../../../../core/throttle/index.ts';
import { EdgeRateRules, type EdgeRateRulesProps, type ResourceQuotas } from '../../../../lib/index.ts';
import { testApp } from '../../synth.ts';

export function quotasOf(document: object, resource = 'quotes'): ResourceQuotas {
  const { quotas, faults } = readQuotas({ field: 'quotas', resource, application: 'shop' }, document);
  expect(faults).toEqual([]);
  return quotas;
}

export const QUOTAS = quotasOf({
  capacityPerS: 100,
  callers: { 'price-comparison': { floorPerS: 10, limitPerS: 40 } },
  others: { limitPerS: 20 },
});

export function made(props: Partial<EdgeRateRulesProps> = {}): { rules: EdgeRateRules; template: Template } {
  const stack = new Stack(testApp(), 'Edge', { env: { region: 'eu-west-1' } });
  const rules = new EdgeRateRules(stack, 'RateRules', {
    environmentName: 'demo',
    rules: [{ quotas: QUOTAS }],
    ...props,
  });
  return { rules, template: Template.fromStack(stack) };
}

export function aclOf(props: Partial<EdgeRateRulesProps> = {}): any {
  const [acl] = Object.values(made(props).template.findResources('AWS::WAFv2::WebACL'));
  return acl!['Properties'];
}
