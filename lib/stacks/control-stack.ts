import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { parameterRoot } from '../../core/naming.ts';
import type { NormalizedProfile } from '../../core/profile/index.ts';
import { ControlPlane, type WatchedTasks } from '../control-plane/control-plane.ts';
import { alarmPrefix } from '../shared/alarm-catalogue.ts';
import { addOutputs, type OutputSpec } from '../shared/outputs.ts';
import type { CacheStack } from './cache-stack.ts';
import type { ComputeStack } from './compute-stack.ts';
import type { DatabaseStack } from './database-stack.ts';
import type { EdgeStack } from './edge-stack.ts';
import type { StateStack } from './state-stack.ts';

export interface ControlStackProps extends StackProps {
  readonly profile: NormalizedProfile;
  readonly vpc: ec2.IVpc;
  readonly state: StateStack;
  readonly database: DatabaseStack;
  /** Null where the profile has no cache. */
  readonly cache: CacheStack | null;
  /** Null where the profile has no edge. */
  readonly edge: EdgeStack | null;
  /** Null where the profile runs no tasks. */
  readonly compute: ComputeStack | null;
}

/** What watches the environment and acts. It holds no data: it can be deleted and deployed again at any time. */
export class ControlStack extends Stack {
  readonly controlPlane: ControlPlane;

  constructor(scope: Construct, id: string, props: ControlStackProps) {
    super(scope, id, props);
    const { profile, state, database, edge, compute } = props;
    const bootstrap = database.bootstrap.function;
    this.controlPlane = new ControlPlane(this, 'ControlPlane', {
      profile,
      vpc: props.vpc,
      stateTable: state.stateTable,
      ...(state.throttleTable === null ? {} : { throttleTable: state.throttleTable }),
      deadLetterQueue: state.deadLetterQueue,
      database: database.database,
      readerPool: database.readerPool,
      ...(props.cache === null ? {} : { cache: props.cache.cache }),
      ...(state.frontTable === null ? {} : { frontTable: state.frontTable }),
      ...(edge === null ? {} : { edge }),
      ...(compute === null ? {} : { tasks: watchedTasks(compute) }),
      applications: database.applications,
      alsoWatched: new Map([[bootstrap.reportName, bootstrap]]),
    });
    addOutputs(this, [
      { key: 'Environment', value: profile.name, description: 'Name of the environment.' },
      { key: 'StateTableName', value: state.stateTable.tableName, description: 'The state table.' },
      ...throttleOutputs(state),
      ...frontOutputs(this.controlPlane),
      {
        key: 'ParameterRoot',
        value: parameterRoot(profile.name),
        description: 'Thresholds: /defaults of the template, /overrides of the engineer.',
      },
      { key: 'AlarmPrefix', value: alarmPrefix(profile.name), description: 'All alarms begin with it.' },
      {
        key: 'TopicArn',
        value: this.controlPlane.notifications.topic.topicArn,
        description: 'Where alarms tell people.',
      },
      {
        key: 'DeadLetterQueueUrl',
        value: state.deadLetterQueue.queueUrl,
        description: 'What functions could not handle.',
      },
    ]);
  }
}

function watchedTasks({ cluster, web }: ComputeStack): WatchedTasks {
  return { cluster, ...(web === null ? {} : { web }) };
}

/** None where there is no cache. */
function frontOutputs({ cache }: ControlPlane): readonly OutputSpec[] {
  if (cache === null) return [];
  const value = cache.front.function.functionName;
  return [{ key: 'CacheFrontName', value, description: 'The callable front of the cache.' }];
}

/** None where nothing is throttled. */
function throttleOutputs({ throttleTable }: StateStack): readonly OutputSpec[] {
  if (throttleTable === null) return [];
  const description = "The throttle's table: where processes report demand and read their leases.";
  return [{ key: 'ThrottleTableName', value: throttleTable.tableName, description }];
}
