/** Where records of failed (and successful) invocations go: queues, topics, functions. */

import { AwsError, type Principal, type Queues, type Topics } from '../kernel/index.ts';
import type { Identity } from '../kernel/index.ts';

export interface Destinations {
  readonly identity: Identity;
  readonly queues: Queues;
  readonly topics: Topics | null;
  /** The principal of a function's role. */
  principalOf(roleArn: string): Principal;
  invokeAsync(functionArn: string, payload: unknown): void;
}

const ACTIONS: Readonly<Record<string, string>> = {
  sqs: 'sqs:SendMessage',
  sns: 'sns:Publish',
  lambda: 'lambda:InvokeFunction',
};

/** @throws AwsError for a kind of destination that the sandbox does not have */
export function checkDestination(arn: string): string {
  if (ACTIONS[arn.split(':')[2] ?? ''] !== undefined) return arn;
  throw new AwsError(
    'InvalidParameterValueException',
    `Destination = ${arn}: the sandbox sends to SQS queues, SNS topics and Lambda functions only`,
  );
}

/**
 * Sends a record with the rights of the function's role, as Lambda does.
 * @throws AwsError where the role may not, or the target is gone
 */
export function sendRecord(to: Destinations, roleArn: string, arn: string, body: string): void {
  const service = arn.split(':')[2] ?? '';
  const action = ACTIONS[service];
  if (action === undefined) throw new AwsError('InvalidParameterValueException', `Destination = ${arn}`);
  to.identity.authorize(to.principalOf(roleArn), [{ action, resource: arn }]);
  if (service === 'sqs') return to.queues.send(arn, body);
  if (service === 'lambda') return to.invokeAsync(arn, JSON.parse(body));
  if (!to.topics) throw new AwsError('NotFoundException', `Topic does not exist: ${arn}`, { status: 404 });
  to.topics.publish(arn, { subject: 'AWS Lambda', body });
}
