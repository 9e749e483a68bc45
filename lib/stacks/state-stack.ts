import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DeadLetters } from '../shared/dead-letters.ts';
import { StateTable } from '../shared/state-table.ts';
import { ThrottleTable } from '../shared/throttle-table.ts';

export interface StateStackProps extends StackProps {
  readonly deletionProtection: boolean;
  /** Whether the environment throttles any resource. */
  readonly throttled: boolean;
}

/** What the control plane remembers: the state table, the throttle's table and the dead letters. */
export class StateStack extends Stack {
  readonly stateTable: StateTable;
  /** Null where nothing is throttled. */
  readonly throttleTable: ThrottleTable | null;
  readonly deadLetterQueue: sqs.IQueue;

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, props);
    this.stateTable = new StateTable(this, 'State', { deletionProtection: props.deletionProtection });
    this.throttleTable = props.throttled ? new ThrottleTable(this, 'Throttle') : null;
    this.deadLetterQueue = new DeadLetters(this, 'DeadLetters').queue;
  }
}
