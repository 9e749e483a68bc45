import { Duration } from 'aws-cdk-lib';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { controlKey, thresholdsKey } from '../../core/state/keys.ts';
import { quotasKey } from '../../core/state/throttle-items.ts';
import type { ResourceQuotas } from '../../core/throttle/index.ts';
import { ENV, THROTTLE_ENV } from '../../lambdas/shared/contract.ts';
import * as contract from '../../lambdas/throttle/contract.ts';
import { ControlFunction } from '../shared/control-function.ts';
import type { StateTable } from '../shared/state-table.ts';
import type { ThrottleTable } from '../shared/throttle-table.ts';
import { QuotasParameters } from './quotas-parameters.ts';
import { EVENT_AGE, onDemand } from './triggers.ts';

const MEMORY_MIB = 256;

export interface ThrottleProps {
  readonly environmentName: string;
  /** What is throttled; at least one. */
  readonly resources: readonly ResourceQuotas[];
  readonly stateTable: StateTable;
  readonly throttleTable: ThrottleTable;
  readonly deadLetterQueue: sqs.IQueue;
}

/** The function that divides each resource's capacity among callers and processes, and the quotas it divides by. */
export class Throttle extends Construct {
  readonly function: ControlFunction;
  readonly quotas: QuotasParameters;

  constructor(scope: Construct, id: string, props: ThrottleProps) {
    super(scope, id);
    const { environmentName, resources, stateTable, throttleTable, deadLetterQueue } = props;
    this.quotas = new QuotasParameters(this, 'Quotas', { environmentName, resources });
    this.function = new ControlFunction(this, 'Throttle', {
      folder: contract.FUNCTION,
      environmentName,
      description: 'Divides the capacity of each resource among callers and processes, by leases.',
      timeout: Duration.seconds(contract.TIMEOUT_S),
      memoryMiB: MEMORY_MIB,
      reservedConcurrency: contract.RESERVED_CONCURRENCY,
      maxEventAge: EVENT_AGE,
      retryAttempts: 0,
      deadLetterQueue,
      environment: {
        [ENV.stateTable]: stateTable.tableName,
        [THROTTLE_ENV.table]: throttleTable.tableName,
        ...throttledResources(resources),
      },
    });
    stateTable.grantGet(this.function, [controlKey('').pk, quotasKey('').pk, thresholdsKey('').pk]);
    stateTable.grantLease(this.function, [contract.LEASE]);
    throttleTable.grantPlanning(this.function, [...new Set(resources.map(({ application }) => application))]);
    onDemand(this.function, throttleTable.table, deadLetterQueue);
    this.node.defaultChild = this.function;
  }
}

/** The variable of a function that knows what is throttled. */
export function throttledResources(resources: readonly ResourceQuotas[]): Readonly<Record<string, string>> {
  const pairs = resources.map(({ resource, application }) => `${resource}=${application}`);
  return pairs.length === 0 ? {} : { [THROTTLE_ENV.resources]: pairs.join(',') };
}
