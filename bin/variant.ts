/**
 * The example app with another version of the web tier, as the drills of deployments run it by `cdk --app`. The argument
 * is JSON: `version`, the name of the version; `what`, which one: `good`, `bad` or `plain`; `how`, `rolling` or `restart`.
 */

import { App, Validations } from 'aws-cdk-lib';
import { CfnService } from 'aws-cdk-lib/aws-ecs';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { EnvironmentProfile, WebProfile } from '../core/profile/types.ts';
import { demo } from '../environments/index.ts';
import { UnderstudyEnvironment } from '../lib/index.ts';

interface Variant {
  readonly version: string;
  readonly what: 'good' | 'bad' | 'plain';
  readonly how: 'rolling' | 'restart';
}

/** What runs: the same; one whose health path says 503; one that takes the instances of the service in turns. */
const ENTRIES: Readonly<Record<Variant['what'], Partial<WebProfile>>> = {
  good: {},
  bad: { entry: 'examples/shop-web/unhealthy.ts' },
  plain: { entry: 'examples/shop-web/control.ts' },
};

/** In the path of the ECS service of the web tier. */
const WEB = '/Compute/Web/';

function profileOf({ version, what }: Variant): EnvironmentProfile {
  const { web } = demo.tiers;
  if (web === undefined) throw new Error('the example environment has no web tier');
  return { ...demo, tiers: { ...demo.tiers, web: { ...web, ...ENTRIES[what], version } } };
}

/** All old tasks end, then new ones start: what a team has before it has rolling deployments. */
function restartAtOnce(environment: UnderstudyEnvironment): void {
  const services = environment.node.findAll().filter((node) => node instanceof CfnService);
  for (const service of services.filter(({ node }) => node.path.includes(WEB))) {
    service.addPropertyOverride('DeploymentConfiguration.MinimumHealthyPercent', 0);
    service.addPropertyOverride('DeploymentConfiguration.MaximumPercent', 100);
    // Availability zones are balanced by tasks in excess, of which there are none here.
    service.addPropertyOverride('AvailabilityZoneRebalancing', 'DISABLED');
  }
}

function synthesize(variant: Variant): void {
  const app = new App();
  // As the example app does: what validates is part of the metadata in each template.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const environment = new UnderstudyEnvironment(app, 'Demo', { profile: profileOf(variant) });
  if (variant.how === 'restart') restartAtOnce(environment);
  app.synth();
}

synthesize(JSON.parse(process.argv[2] ?? '{}') as Variant);
