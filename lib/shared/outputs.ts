import { CfnOutput, type Stack } from 'aws-cdk-lib';

export interface OutputSpec {
  readonly key: string;
  readonly value: string;
  readonly description: string;
}

/** Outputs under exactly these keys: commands and people read them through DescribeStacks. */
export function addOutputs(stack: Stack, outputs: readonly OutputSpec[]): void {
  for (const { key, value, description } of outputs) {
    new CfnOutput(stack, key, { value, description }).overrideLogicalId(key);
  }
}

/** `order_service` -> `OrderServiceRoleArn`. Different applications never share a key. */
export function roleOutputKey(application: string): string {
  const words = application.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}RoleArn`;
}
