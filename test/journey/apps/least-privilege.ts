/**
 * The example app in which functions may do less, for `cdk --app`. Each argument takes one action out of what one
 * function may do: `WriteFailover=rds:FailoverDBCluster`. The name is the construct's.
 */

import { App, Aspects, Validations, type IAspect } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { demo } from '../../../environments/index.ts';
import { UnderstudyEnvironment } from '../../../lib/index.ts';

/** Edits the statements of the function's policies in place: the kit itself offers no way to take a right back. */
class WithoutRight implements IAspect {
  readonly construct: string;
  readonly action: string;
  taken = 0;

  constructor(argument: string) {
    const [construct = '', action = ''] = argument.split('=');
    this.construct = construct;
    this.action = action;
  }

  visit(node: IConstruct): void {
    if (!(node instanceof iam.Policy) || !node.node.path.includes(`/${this.construct}/`)) return;
    const { statements } = node.document as unknown as { statements: iam.PolicyStatement[] };
    for (const [index, statement] of statements.entries()) {
      if (!statement.actions.includes(this.action)) continue;
      const actions = statement.actions.filter((action) => action !== this.action);
      if (actions.length === 0) statements.splice(index, 1);
      else statements[index] = statement.copy({ actions });
      this.taken += 1;
    }
  }
}

function synthesize(args: readonly string[]): void {
  const app = new App();
  // As the example app does: what validates is part of the metadata in each template.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const environment = new UnderstudyEnvironment(app, 'Demo', { profile: demo });
  const rights = args.map((argument) => new WithoutRight(argument));
  for (const right of rights) Aspects.of(environment).add(right);
  app.synth();
  for (const { construct, action, taken } of rights) {
    if (taken === 0) throw new Error(`${construct} has no ${action} that could be taken out`);
  }
}

synthesize(process.argv.slice(2));
