import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DeadLetters } from '../shared/dead-letters.ts';
import { StateTable } from '../shared/state-table.ts';

export interface StateStackProps extends StackProps {
  readonly deletionProtection: boolean;
}

/** What the control plane remembers: the state table and the dead letters. */
export class StateStack extends Stack {
  readonly stateTable: StateTable;
  readonly deadLetterQueue: sqs.IQueue;

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, props);
    this.stateTable = new StateTable(this, 'State', { deletionProtection: props.deletionProtection });
    this.deadLetterQueue = new DeadLetters(this, 'DeadLetters').queue;
  }
}
