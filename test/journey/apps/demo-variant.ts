/**
 * The example app with one thing changed, for `cdk --app`. The argument names what:
 *
 * - `threshold`: one threshold of the profile differs.
 * - `broken`: the same, and then a parameter whose value its own pattern refuses. CloudFormation makes both
 *   in one update, so the threshold is already changed when the other fails.
 * - `protected`: the data may not be deleted.
 */

import { App, CfnResource, Validations } from 'aws-cdk-lib';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { AwsSolutionsChecks } from 'cdk-nag';
import { demo } from '../../../environments/index.ts';
import { UnderstudyEnvironment, type EnvironmentProfile } from '../../../lib/index.ts';
import { CHANGED } from './changed.ts';

const VARIANTS: Readonly<Record<string, Partial<EnvironmentProfile>>> = {
  threshold: { thresholds: { database: { [CHANGED.threshold]: CHANGED.value } } },
  broken: { thresholds: { database: { [CHANGED.threshold]: CHANGED.value } } },
  protected: { deletionProtection: true },
};

function addWhatFails(environment: UnderstudyEnvironment): void {
  const refused = new CfnParameter(environment.control, 'Refused', {
    name: CHANGED.refusedParameter,
    type: 'String',
    value: 'seven',
    allowedPattern: '^[0-9]+$',
  });
  const isChanged = (resource: CfnResource): boolean =>
    resource instanceof CfnParameter && resource.name?.endsWith(`/${CHANGED.threshold}`) === true;
  for (const resource of environment.control.node.findAll().filter(CfnResource.isCfnResource)) {
    if (isChanged(resource)) refused.addResourceDependency(resource);
  }
}

function synthesize(variant: string): void {
  const changes = VARIANTS[variant];
  if (changes === undefined) throw new Error(`no variant ${variant}: ${Object.keys(VARIANTS).join(', ')}`);
  const app = new App();
  // As the example app does: what validates is part of the metadata in each template.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const environment = new UnderstudyEnvironment(app, 'Demo', { profile: { ...demo, ...changes } });
  if (variant === 'broken') addWhatFails(environment);
  app.synth();
}

synthesize(process.argv[2] ?? '');
