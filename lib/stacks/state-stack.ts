import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DeadLetters } from '../shared/dead-letters.ts';
import { FrontTable } from '../shared/front-table.ts';
import { addOutputs } from '../shared/outputs.ts';
import { StateTable } from '../shared/state-table.ts';
import { ThrottleTable } from '../shared/throttle-table.ts';
import { GeneratedSecrets } from '../tiers/service/generated-secrets.ts';

export interface StateStackProps extends StackProps {
  readonly deletionProtection: boolean;
  /** Whether the environment throttles any resource. */
  readonly throttled: boolean;
  /** Whether the environment runs a web tier. */
  readonly fronted: boolean;
  readonly environmentName: string;
  /** Secrets that tasks ask to be generated, by name. */
  readonly secrets: readonly string[];
}

/**
 * What the control plane remembers: the state table, the tables of throttle and front, and the dead letters. Secrets
 * that are generated for tasks stand here too: the stack of the tasks holds no data.
 */
export class StateStack extends Stack {
  readonly stateTable: StateTable;
  /** Null where nothing is throttled. */
  readonly throttleTable: ThrottleTable | null;
  /** Null where there is no web tier. */
  readonly frontTable: FrontTable | null;
  readonly deadLetterQueue: sqs.IQueue;
  /** By the name in the profile. */
  readonly generatedSecrets: ReadonlyMap<string, secretsmanager.ISecret>;

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, props);
    this.stateTable = new StateTable(this, 'State', { deletionProtection: props.deletionProtection });
    this.throttleTable = props.throttled ? new ThrottleTable(this, 'Throttle') : null;
    this.frontTable = props.fronted ? new FrontTable(this, 'Front') : null;
    this.deadLetterQueue = new DeadLetters(this, 'DeadLetters').queue;
    const { environmentName, deletionProtection, secrets: names } = props;
    this.generatedSecrets = new GeneratedSecrets(this, 'Secrets', {
      environmentName,
      names,
      deletionProtection,
    }).secrets;
    if (this.frontTable === null) return;
    addOutputs(this, [
      {
        key: 'FrontTableName',
        value: this.frontTable.tableName,
        description: 'The front table: targets, what probers saw of them, and the strategies in force.',
      },
    ]);
  }
}
