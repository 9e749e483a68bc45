import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { estimateEdgeRules, type CostTemplate, type PriceFile } from '../../../core/cost/index.ts';
import { EdgeRateRules } from '../../../lib/index.ts';
import { rules } from '../../lib/tiers/edge/rate-rules-example.ts';
import { synthesize, testApp } from '../../lib/synth.ts';

const prices = JSON.parse(
  readFileSync(new URL('../../../docs/prices/2026-11.json', import.meta.url), 'utf8'),
) as PriceFile;
const MILLION = 1_000_000;

const priced = (template: CostTemplate, requestsPerMonth: number): number =>
  estimateEdgeRules({ template, prices, requestsPerMonth }).usd;

describe('the cost of rate rules at the edge', () => {
  const template = Template.fromStack(Stack.of(rules)).toJSON() as CostTemplate;

  it('is that of one web ACL, its rule and the requests it looks at', () => {
    expect(priced(template, 0)).toBeCloseTo(6, 6);
    expect(priced(template, 10 * MILLION)).toBeCloseTo(12, 6);
  });

  it('has one rule more where addresses are exempt', () => {
    const stack = new Stack(testApp(), 'Edge', { env: { region: 'eu-west-1' } });
    const [quotas] = synthesize().environment.profile.throttle;
    new EdgeRateRules(stack, 'Rules', {
      environmentName: 'demo',
      rules: [{ quotas: quotas! }],
      allowed: ['192.0.2.0/24'],
    });
    expect(priced(Template.fromStack(stack).toJSON() as CostTemplate, 0)).toBeCloseTo(7, 6);
  });

  it('is nothing where there is no web ACL', () => {
    expect(priced({ Resources: {} }, MILLION)).toBe(0);
  });
});
