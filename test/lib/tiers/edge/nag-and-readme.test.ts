import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import {
  estimateEdge,
  estimateFrontControl,
  estimateTasks,
  type PriceFile,
} from '../../../../core/cost/index.ts';
import type { EdgeProfile } from '../../../../core/profile/index.ts';
import { demo } from '../../../../environments/index.ts';
import { synthesize } from '../../synth.ts';

/** Runs in a process of its own, where the validation that other tests leave out is on. */
function checked(app: string): string {
  const cwd = new URL('../../../../', import.meta.url);
  const args = ['--input-type=module-typescript', '--eval', app];
  const { CDK_VALIDATION: _off, ...env } = process.env;
  return execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
}

const ALL_STACKS = `
  import { App, Validations } from 'aws-cdk-lib';
  import { AwsSolutionsChecks } from 'cdk-nag';
  import { validate } from './core/profile/index.ts';
  import { demo } from './environments/index.ts';
  import { EdgeStack } from './lib/stacks/edge-stack.ts';
  import { NetworkStack } from './lib/stacks/network-stack.ts';
  import { rules } from './test/lib/tiers/edge/rate-rules-example.ts';
  import { stack } from './test/lib/tiers/edge/failover-example.ts';

  const certificateArn = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';
  const app = new App();
  const variants = {
    Second: {},
    Page: { secondary: 'static-page', healthSignal: 'endpoint' },
    Fixed: { entry: 'static-ip' },
    Inside: { private: true, certificateArn },
  };
  for (const [name, change] of Object.entries(variants)) {
    const edge = { ...demo.tiers.edge, ...change };
    const { profile } = validate({ ...demo, tiers: { ...demo.tiers, edge } });
    const env = { region: 'us-east-1' };
    const { vpc } = new NetworkStack(app, 'Network' + name, { profile, env });
    const props = { profile, edge: profile.tiers.edge, web: profile.tiers.web, vpc, env };
    new EdgeStack(app, name, props);
  }
  for (const root of [app, rules.node.root, stack.node.root]) {
    Validations.of(root).addPlugins(new AwsSolutionsChecks(root));
    root.synth();
    console.log('checked');
  }
`;

describe("cdk-nag's AwsSolutions", () => {
  it('has no finding, whatever the profile asks for', () => {
    expect(checked(ALL_STACKS).match(/checked/g)).toHaveLength(3);
  });
});

describe('the pages', () => {
  const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
  const shownIn = (page: string): readonly string[] =>
    [...read(`../../../../lib/tiers/edge/${page}`).matchAll(/```ts\n([\s\S]*?)```/g)].map(
      ([, code]) => code!,
    );
  const compiled = (file: string): string => read(file).replace('../../../../lib/index.ts', 'understudy');

  it('show the examples that are compiled', () => {
    expect(shownIn('README.md')).toEqual([compiled('./example.ts'), compiled('./failover-example.ts')]);
    expect(shownIn('rate-rules.md')).toEqual([compiled('./rate-rules-example.ts')]);
  });

  it('have examples that synthesize without an account', async () => {
    const { environment } = await import('./example.ts');
    expect(environment.edge?.balancers).toHaveLength(2);
    const { endpoint } = await import('./failover-example.ts');
    expect(endpoint.records).toHaveLength(2);
    const { rules } = await import('./rate-rules-example.ts');
    expect(rules.node.root).toBeInstanceOf(App);
  });
});

describe('the costs that the README quotes', () => {
  const read = (file: string): string =>
    readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
  const prices = JSON.parse(read('docs/prices/2026-11.json')) as PriceFile;
  const readme = read('lib/tiers/edge/README.md');
  const { service, web, edge } = demo.tiers;

  function costs(change: Partial<EdgeProfile> = {}) {
    const tiers = { database: {}, service: service!, web: web!, edge: { ...edge!, ...change } };
    const { json } = synthesize({ tiers });
    const { items, usd } = estimateEdge({ templates: [json.network, json.edge], prices });
    const of = (...names: readonly string[]): number =>
      items.filter(({ what }) => names.includes(what)).reduce((sum, item) => sum + item.usd, 0);
    const watching = estimateFrontControl({ templates: [json.state, json.control, json.edge], prices }).usd;
    return { usd, of, watching, tasks: estimateTasks({ template: json.compute, prices }).usd };
  }
  const row = (part: string, usd: string): RegExp =>
    new RegExp(`\\| ${part} +\\| ${usd.replace('+', '\\+')} +\\|`);
  const made = costs();

  it('are those of the example', () => {
    const address = 730 * prices.prices.publicAddressHour.usd;
    const balancers = made.of('Balancers', 'Capacity units') + 6 * address;
    const gateways = made.of('NAT gateways') + 3 * address;
    const names = made.of('Web ACLs', 'Rules', 'Hosted zones');
    expect(balancers + gateways + names).toBeCloseTo(made.usd, 6);
    const rows: readonly (readonly [string, number])[] = [
      ['Two balancers, one capacity unit, six public addresses', balancers],
      ['Three NAT gateways with an address each, one a zone', gateways],
      ['Web ACL with its rule, hosted zone', names],
      ['Edge and way out, together', made.usd],
      ['Six tasks of web and service, and finding them', made.tasks],
    ];
    for (const [part, usd] of rows) expect(readme).toMatch(row(part, usd.toFixed(0)));
    expect(readme).toContain(`Watching and healing it costs ${made.watching.toFixed(0)} more`);
  });

  it('are those of each choice', () => {
    const second = costs({ secondary: 'none' }).usd - made.usd;
    expect(readme).toMatch(row('instead: no second balancer', second.toFixed(0)));
    const fixed = costs({ entry: 'static-ip' }).usd - made.usd;
    expect(readme).toMatch(row('instead: fixed addresses by `static-ip`', `+${fixed.toFixed(0)}`));
    const asked = costs({ healthSignal: 'endpoint' }).watching - made.watching;
    expect(readme).toMatch(row("instead: `healthSignal: 'endpoint'`", `+${asked.toFixed(0)}`));
  });
});
