/** One rule as it runs: hands events that match, or the ticks of its schedule, to its targets. */

import { type Event, eventTime, targetInput } from '../../twin/events/index.ts';
import type { FunctionInvoker, World } from '../kernel/index.ts';
import type { QueueSender } from '../queues/index.ts';
import { RateTimer } from '../scheduler/rate-timer.ts';
import type { TopicPublisher } from '../topics/index.ts';
import type { RuleDefinition, TargetDefinition } from './definition.ts';
import type { Deliveries } from './deliveries.ts';

export interface TargetPorts {
  readonly functions: FunctionInvoker;
  readonly queues: QueueSender;
  readonly topics: TopicPublisher;
}

export interface RuleContext {
  readonly world: World;
  readonly ports: TargetPorts;
  readonly deliveries: Deliveries;
  /** Delays in ms, one for each time an event is delivered: more than one is a duplicate. */
  readonly delaysMs: () => readonly number[];
  /** Makes the event of a tick. */
  readonly tick: (ruleArn: string, at: number) => Event;
}

const SERVICE = 'events.amazonaws.com';

export class Rule {
  readonly name: string;
  readonly arn: string;
  readonly #context: RuleContext;
  #definition: RuleDefinition;
  #timer: RateTimer | null = null;

  constructor(context: RuleContext, rule: { name: string; arn: string; definition: RuleDefinition }) {
    this.name = rule.name;
    this.arn = rule.arn;
    this.#context = context;
    this.#definition = rule.definition;
    this.#restart();
  }

  get definition(): RuleDefinition {
    return this.#definition;
  }

  change(definition: RuleDefinition): void {
    const before = this.#definition;
    this.#definition = definition;
    if (before.schedule !== definition.schedule || before.enabled !== definition.enabled) this.#restart();
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  offer(event: Event): void {
    if (this.#definition.enabled && this.#definition.matches(event)) this.#send(event);
  }

  /** A rule's schedule first fires one period after it was made. */
  #restart(): void {
    this.stop();
    const { enabled, periodMs } = this.#definition;
    if (!enabled || periodMs === null) return;
    const { world, tick } = this.#context;
    const schedule = { periodMs, startAt: world.now() + periodMs, endAt: null };
    this.#timer = new RateTimer(world, schedule, (at) => this.#send(tick(this.arn, at)));
  }

  #send(event: Event): void {
    const { deliveries, delaysMs } = this.#context;
    for (const target of this.#definition.targets) {
      for (const delayMs of delaysMs()) {
        deliveries.deliver(this.#delivery(event, target), delayMs);
      }
    }
  }

  #delivery(event: Event, target: TargetDefinition) {
    const { world, ports } = this.#context;
    const from = { service: SERVICE, sourceArn: this.arn };
    const payload = (): unknown =>
      targetInput(target.input, event, {
        ruleArn: this.arn,
        ruleName: this.name,
        ingestionTime: eventTime(world.now()),
      });
    return {
      name: target.arn,
      policy: target.policy,
      attempt: () => deliver(ports, target, payload(), from),
      giveUp: (failure: { errorCode: string; message: string; retries: number }) => {
        if (target.deadLetterArn === null) return;
        const attributes = {
          RULE_ARN: this.arn,
          TARGET_ARN: target.arn,
          ERROR_CODE: failure.errorCode,
          ERROR_MESSAGE: failure.message,
          RETRY_ATTEMPTS: String(failure.retries),
        };
        ports.queues.send(target.deadLetterArn, JSON.stringify(event), { attributes, from });
      },
    };
  }
}

function deliver(
  ports: TargetPorts,
  target: TargetDefinition,
  payload: unknown,
  from: { service: string; sourceArn: string },
): void {
  if (target.kind === 'function') {
    ports.functions.invokeAsync(target.arn, payload, from);
    return;
  }
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  if (target.kind === 'queue') ports.queues.send(target.arn, body, { from });
  else ports.topics.publish(target.arn, { subject: '', body }, from);
}
