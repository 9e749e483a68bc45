/** The ports of an operator's commands: the same as the functions', at the target that the operator named. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { UnderstudyError } from '../core/errors.ts';
import type { Clock, DatabaseControl, StateStore } from '../core/ports/index.ts';
import { clientConfig } from '../lambdas/shared/aws/clients.ts';
import { systemClock } from '../lambdas/shared/aws/clock.ts';
import { RdsControl } from '../lambdas/shared/aws/database-control.ts';
import { DynamoStateStore } from '../lambdas/shared/aws/state-store.ts';
import { WRITER_LEASE } from '../lambdas/shared/contract.ts';
import type { Target } from './target.ts';

export interface OperatorPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly control: DatabaseControl;
}

const REQUEST_MS = 5000;
const TRIES = 3;

export function connect(target: Target, table: string): OperatorPorts {
  const client = new DynamoDBClient({ ...target, ...clientConfig({ requestMs: REQUEST_MS, tries: TRIES }) });
  return {
    clock: systemClock,
    store: new DynamoStateStore(client, table),
    control: new RdsControl({
      now: systemClock.now,
      requestMs: WRITER_LEASE.requestMs,
      connection: { ...target },
    }),
  };
}

/** Who asks, as AWS names them: what the records of a command bear. Throws `not-identified`. */
export async function callerArn(target: Target): Promise<string> {
  const client = new STSClient({ ...target, ...clientConfig({ requestMs: REQUEST_MS, tries: TRIES }) });
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand({}));
    if (Arn !== undefined) return Arn;
    throw new Error('AWS names no caller');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnderstudyError(`AWS does not say who you are: ${why}. Fix: check the credentials.`, {
      code: 'not-identified',
      advice: 'check',
      cause: error,
    });
  } finally {
    client.destroy();
  }
}
