import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { defaultStrategyPath } from '../../core/naming.ts';
import { defaultStrategy } from '../../core/strategy/index.ts';

export interface StrategyParametersProps {
  readonly environmentName: string;
  /** Names of the services. */
  readonly services: readonly string[];
}

/**
 * The rules that the template owns: one parameter below `/defaults/strategy` for each service, a JSON document that
 * sends everybody to the first version. It has no pattern, as no pattern checks a document: `reconcile` reads it as a
 * whole and keeps the one before when it refuses it. Nothing is made below `/overrides`: that layer is the engineer's.
 */
export class StrategyParameters extends Construct {
  readonly parameters: readonly ssm.StringParameter[];

  constructor(scope: Construct, id: string, props: StrategyParametersProps) {
    super(scope, id);
    this.parameters = props.services.map(
      (service) =>
        new ssm.StringParameter(this, service, {
          parameterName: defaultStrategyPath(props.environmentName, service),
          stringValue: JSON.stringify(defaultStrategy()),
          description: `Which users of ${service} get which version or strategy. One JSON document.`,
          tier: ssm.ParameterTier.STANDARD,
        }),
    );
  }
}
