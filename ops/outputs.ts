/** The outputs of an environment's stacks, merged. */

import { CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import { UnderstudyError } from '../core/errors.ts';
import type { Target } from './target.ts';

export type Outputs = Readonly<Record<string, string>>;

/** Reads every stack whose name starts with `<stage>-`. Throws `no-stacks` when there is none. */
export async function readOutputs(target: Target, stage: string): Promise<Outputs> {
  const client = new CloudFormationClient({ ...target });
  const outputs: Record<string, string> = {};
  let found = 0;
  for await (const page of paginateDescribeStacks({ client }, {})) {
    for (const stack of page.Stacks ?? []) {
      if (!stack.StackName?.startsWith(`${stage}-`)) continue;
      found += 1;
      for (const { OutputKey, OutputValue } of stack.Outputs ?? []) outputs[OutputKey!] = OutputValue!;
    }
  }
  client.destroy();
  if (found === 0) {
    throw new UnderstudyError(`No stack of ${stage} is deployed. Fix: \`npx cdk deploy '${stage}/*'\`.`, {
      code: 'no-stacks',
      advice: 'give-up',
    });
  }
  return outputs;
}

/** The value of an output, or an error that names it. */
export function output(outputs: Outputs, key: string): string {
  const value = outputs[key];
  if (value !== undefined) return value;
  throw new UnderstudyError(
    `The stacks have no output ${key}; they have ${Object.keys(outputs).toSorted().join(', ') || 'none'}. Fix: deploy this version.`,
    { code: 'no-output', advice: 'give-up' },
  );
}
