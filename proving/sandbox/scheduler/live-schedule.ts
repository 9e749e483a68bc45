/** One schedule as it runs: invokes its function as its role, each time the rate says. */

import { randomUUID } from 'node:crypto';
import { eventTime } from '../../twin/events/index.ts';
import type { Deliveries } from '../events/deliveries.ts';
import {
  AwsError,
  type FunctionInvoker,
  type Identity,
  type Principal,
  type World,
} from '../kernel/index.ts';
import type { QueueSender } from '../queues/index.ts';
import type { ScheduleDefinition } from './definition.ts';
import { RateTimer } from './rate-timer.ts';

export interface SchedulerPorts {
  readonly functions: FunctionInvoker;
  readonly identity: Identity & {
    /** Throws AwsError where the role does not trust the service. @default - the trust is not checked */
    checkAssumableBy?(roleArn: string, service: string, sourceArn?: string): void;
  };
  readonly queues: QueueSender;
}

const SESSION_S = 900;

export class LiveSchedule {
  readonly arn: string;
  readonly #world: World;
  readonly #ports: SchedulerPorts;
  readonly #deliveries: Deliveries;
  #definition: ScheduleDefinition;
  #timer: RateTimer | null = null;

  constructor(
    world: World,
    ports: SchedulerPorts,
    deliveries: Deliveries,
    schedule: { arn: string; definition: ScheduleDefinition },
  ) {
    this.arn = schedule.arn;
    this.#world = world;
    this.#ports = ports;
    this.#deliveries = deliveries;
    this.#definition = schedule.definition;
    this.#restart();
  }

  /** The rhythm goes on where neither the rate, nor its bounds, nor the state changes. */
  change(definition: ScheduleDefinition): void {
    const before = this.#definition;
    this.#definition = definition;
    const same = (['expression', 'startAt', 'endAt', 'enabled'] as const).every(
      (member) => before[member] === definition[member],
    );
    if (!same) this.#restart();
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #restart(): void {
    this.stop();
    const { enabled, periodMs, startAt, endAt } = this.#definition;
    if (!enabled) return;
    const schedule = { periodMs, startAt: startAt ?? this.#world.now(), endAt };
    this.#timer = new RateTimer(this.#world, schedule, (at) => this.#invoke(at));
  }

  #invoke(scheduledAt: number): void {
    const definition = this.#definition;
    const executionId = randomUUID();
    this.#deliveries.deliver({
      name: this.arn,
      policy: definition.policy,
      attempt: (retries) => {
        this.#authorize('lambda:InvokeFunction', definition.functionArn);
        const payload = this.#payload(scheduledAt, executionId, retries + 1);
        this.#ports.functions.invokeAsync(definition.functionArn, payload, {
          service: null,
          sourceArn: null,
        });
      },
      giveUp: ({ errorCode, message, retries }) => {
        const { deadLetterArn } = definition;
        if (deadLetterArn === null) return;
        this.#authorize('sqs:SendMessage', deadLetterArn);
        const body = JSON.stringify(this.#payload(scheduledAt, executionId, retries + 1));
        const attributes = {
          ERROR_CODE: errorCode,
          ERROR_MESSAGE: message,
          SCHEDULE_ARN: this.arn,
          TARGET_ARN: definition.functionArn,
          EXECUTION_ID: executionId,
          RETRY_ATTEMPTS: String(retries),
        };
        this.#ports.queues.send(deadLetterArn, body, { attributes });
      },
    });
  }

  /** The scheduler acts as the target's role. Throws AwsError `AccessDenied`. */
  #authorize(action: string, resource: string): void {
    this.#ports.identity.authorize(this.#principal(), [{ action, resource }]);
  }

  #principal(): Principal {
    const { identity } = this.#ports;
    const { accessKeyId } = identity.issueForRole(this.#definition.roleArn, 'scheduler', SESSION_S);
    const found = identity.lookup(accessKeyId);
    if (found === undefined) {
      throw new AwsError('AccessDenied', `The role ${this.#definition.roleArn} cannot be assumed`, {
        status: 403,
      });
    }
    return found.principal;
  }

  #payload(scheduledAt: number, executionId: string, attempt: number): unknown {
    const { input } = this.#definition;
    if (input === null) return this.#event(scheduledAt, executionId);
    const filled = input
      .replaceAll('<aws.scheduler.schedule-arn>', this.arn)
      .replaceAll('<aws.scheduler.scheduled-time>', eventTime(scheduledAt))
      .replaceAll('<aws.scheduler.execution-id>', executionId)
      .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
    try {
      return JSON.parse(filled);
    } catch {
      return filled;
    }
  }

  /** What a target gets from a schedule without an input. */
  #event(scheduledAt: number, id: string): unknown {
    return {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: this.#world.accountId,
      time: eventTime(scheduledAt),
      region: this.#world.region,
      resources: [this.arn],
      detail: '{}',
    };
  }
}
