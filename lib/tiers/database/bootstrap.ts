import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CacheName } from '../../../core/naming.ts';
import {
  FUNCTION,
  RESERVED_CONCURRENCY,
  RESOURCE_TYPE,
  TIMEOUT_S,
  type BootstrapProperties,
} from '../../../lambdas/database-bootstrap/contract.ts';
import { PROBE_USER } from '../../../lambdas/shared/contract.ts';
import { ControlFunction } from '../../shared/control-function.ts';
import type { IDatabaseTier } from './base.ts';

/** Raised when the statements of the bootstrap change, so that an update runs them again. */
const STATEMENTS_VERSION = '2';
const MEMORY_MIB = 256;
/** CloudFormation waits this much longer than the function may run before it calls the bootstrap failed. */
const ANSWER_MARGIN_S = 60;

/** One copy of a cache: its shards get rows in the database's schema `understudy_cache`. */
export interface CacheLedger {
  readonly name: CacheName;
  readonly shards: number;
}

export interface DatabaseBootstrapProps {
  readonly database: IDatabaseTier;
  readonly applications: readonly string[];
  /** The copies of a cache whose shards the database keeps account of. @default - there is no cache */
  readonly caches?: readonly CacheLedger[];
  readonly deadLetterQueue: sqs.IQueue;
}

/**
 * Makes the database's roles, grants, heartbeat table and the tables of the cache, through the RDS Data API: no function in the VPC, and
 * the same on AWS and in the sandbox. It may run any number of times.
 */
export class DatabaseBootstrap extends Construct {
  readonly function: ControlFunction;
  readonly resource: CustomResource;

  constructor(scope: Construct, id: string, props: DatabaseBootstrapProps) {
    super(scope, id);
    const { database, caches = [] } = props;
    this.function = new ControlFunction(this, 'Function', {
      folder: FUNCTION,
      environmentName: database.environmentName,
      description: 'Makes the roles, grants and heartbeat table of the database.',
      timeout: Duration.seconds(TIMEOUT_S),
      memoryMiB: MEMORY_MIB,
      reservedConcurrency: RESERVED_CONCURRENCY,
      maxEventAge: Duration.minutes(10),
      retryAttempts: 0,
      deadLetterQueue: props.deadLetterQueue,
      environment: {},
    });
    grantDataApi(this.function, database);
    const properties: BootstrapProperties = {
      clusterArn: database.clusterArn,
      secretArn: database.secret.secretArn,
      database: database.databaseName,
      probeUser: PROBE_USER,
      applications: props.applications,
      ...(caches.length === 0 ? {} : { caches: caches.map(({ name, shards }) => `${name}=${shards}`) }),
      version: STATEMENTS_VERSION,
    };
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: this.function.function.functionArn,
      serviceTimeout: Duration.seconds(TIMEOUT_S + ANSWER_MARGIN_S),
      resourceType: RESOURCE_TYPE,
      properties: { ...properties },
    });
    // The rights must be there when CloudFormation calls, and must outlast the resource when it is deleted.
    this.resource.node.addDependency(this.function.role);
  }
}

function grantDataApi(bootstrap: ControlFunction, database: IDatabaseTier): void {
  iam.Grant.addToPrincipal({
    grantee: bootstrap,
    actions: [
      'rds-data:ExecuteStatement',
      'rds-data:BeginTransaction',
      'rds-data:CommitTransaction',
      'rds-data:RollbackTransaction',
    ],
    resourceArns: [database.clusterArn],
  });
  iam.Grant.addToPrincipal({
    grantee: bootstrap,
    actions: ['secretsmanager:GetSecretValue'],
    resourceArns: [database.secret.secretArn],
  });
}
