import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { defaultParameterPath, type Tier } from '../../core/naming.ts';
import { tunableTiers, type NormalizedProfile } from '../../core/profile/index.ts';
import { specsOf, type ThresholdSpec } from '../../core/thresholds/index.ts';

export interface ThresholdParametersProps {
  readonly environmentName: string;
  readonly thresholds: NormalizedProfile['thresholds'];
  /** Tiers whose thresholds are parameters. @default - every tier that has thresholds */
  readonly tiers?: readonly Tier[];
}

/**
 * The layer of thresholds that the template owns: one parameter below `/defaults` for each. Nothing is made below
 * `/overrides`: that layer is the engineer's, and a deployment never reverts it.
 */
export class ThresholdParameters extends Construct {
  readonly parameters: readonly ssm.StringParameter[];

  constructor(scope: Construct, id: string, props: ThresholdParametersProps) {
    super(scope, id);
    this.parameters = (props.tiers ?? tunableTiers()).flatMap((tier) =>
      specsOf(tier).map((spec) => {
        const value = props.thresholds[tier]?.[spec.name] ?? spec.default;
        return new ssm.StringParameter(this, `${tier}-${spec.name}`, {
          parameterName: defaultParameterPath(props.environmentName, tier, spec.name),
          stringValue: String(value),
          allowedPattern: allowedPattern(spec),
          description: `${spec.description} Unit: ${spec.unit}. Range: ${spec.min} to ${spec.max}.`,
          tier: ssm.ParameterTier.STANDARD,
        });
      }),
    );
  }
}

/**
 * What Parameter Store itself refuses: text, signs, exponents, and more digits than the range has. The exact
 * range is checked by the reader of the parameter, which keeps the last good value (I-31).
 */
export function allowedPattern(spec: ThresholdSpec): string {
  const digits = String(Math.floor(spec.max)).length;
  return spec.integer ? `^\\d{1,${digits}}$` : `^\\d{1,${digits}}(\\.\\d{1,6})?$`;
}
