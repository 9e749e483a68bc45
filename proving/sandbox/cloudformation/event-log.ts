/** Writes the history of a stack and tells the event bus of its changes of status. */

import { randomUUID } from 'node:crypto';
import { moveTo, type StackState, statusOf } from '../../twin/cloudformation/index.ts';
import type { EventBus, World } from '../kernel/index.ts';
import type { ResourceStatus, StackEvent, StackRecord } from './stack-record.ts';

export const STACK_TYPE = 'AWS::CloudFormation::Stack';

/** One run of create, update, delete or rollback. */
export interface StackOperation {
  readonly id: string;
  readonly clientToken: string | null;
}

export interface ResourceNews {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly status: ResourceStatus;
  readonly reason?: string | null;
  readonly properties?: unknown;
}

export class EventLog {
  readonly #world: World;
  readonly #bus: EventBus;
  #lastAt = 0;

  constructor(world: World, bus: EventBus) {
    this.#world = world;
    this.#bus = bus;
  }

  begin(clientToken: string | undefined): StackOperation {
    return { id: randomUUID(), clientToken: clientToken ?? null };
  }

  resource(stack: StackRecord, operation: StackOperation, news: ResourceNews): void {
    const event = this.#event(stack, operation, news);
    const standing = stack.resources.get(news.logicalId);
    // The deletion of a resource that was replaced says nothing about the one that stands in its place.
    const isReplaced =
      standing !== undefined && news.physicalId !== '' && news.physicalId !== standing.physicalId;
    if (!isReplaced) stack.statuses.set(news.logicalId, event);
  }

  /** Moves the stack to a new state; throws for a step CloudFormation does not take. */
  move(stack: StackRecord, operation: StackOperation, state: StackState, reason: string | null = null): void {
    stack.state = moveTo(stack.state, state);
    stack.reason = reason;
    this.note(stack, operation, reason);
  }

  /** An event of the stack itself, with the status it has. */
  note(stack: StackRecord, operation: StackOperation, reason: string | null): void {
    const status = statusOf(stack.state);
    this.#event(stack, operation, {
      logicalId: stack.name,
      type: STACK_TYPE,
      physicalId: stack.id,
      status,
      reason,
    });
    this.#world.log('cloudformation', `${stack.name} ${status}`, reason === null ? {} : { reason });
    this.#bus.publish({
      source: 'aws.cloudformation',
      'detail-type': 'CloudFormation Stack Status Change',
      resources: [stack.id],
      detail: {
        'stack-id': stack.id,
        'status-details': { status, 'status-reason': reason ?? '' },
        'client-request-token': operation.clientToken ?? '',
      },
    });
  }

  #event(stack: StackRecord, operation: StackOperation, news: ResourceNews): StackEvent {
    // Readers order events by time, so no two may share a millisecond.
    this.#lastAt = Math.max(this.#world.now(), this.#lastAt + 1);
    const event: StackEvent = {
      id: `${news.logicalId}-${news.status}-${new Date(this.#lastAt).toISOString()}`,
      operationId: operation.id,
      clientToken: operation.clientToken,
      logicalId: news.logicalId,
      physicalId: news.physicalId,
      type: news.type,
      at: this.#lastAt,
      status: news.status,
      reason: news.reason ?? null,
      properties: news.properties === undefined ? null : JSON.stringify(news.properties),
    };
    stack.events.push(event);
    return event;
  }
}
