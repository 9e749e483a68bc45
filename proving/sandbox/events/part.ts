/** EventBridge in the sandbox: the default bus, its rules and their targets. */

import { randomUUID } from 'node:crypto';
import * as sdk from '@aws-sdk/client-eventbridge';
import { type Event, eventTime } from '../../twin/events/index.ts';
import {
  AwsError,
  type BusEvent,
  type EventBus,
  type Part,
  Properties,
  type ResourceProvider,
  type World,
} from '../kernel/index.ts';
import { ruleDefinition } from './definition.ts';
import { Deliveries } from './deliveries.ts';
import { eventOperations } from './operations.ts';
import { Rule, type RuleContext, type TargetPorts } from './rule.ts';

export interface EventsPorts extends TargetPorts {
  /**
   * The delays in ms with which one event reaches one target: one for each delivery, so two make a duplicate
   * (F-17). Not scaled by the pace. @default - one delivery after half a second at AWS's pace
   */
  readonly delaysMs?: () => readonly number[];
  /** 0 to 1: spreads the waits between retries. @default Math.random */
  readonly random?: () => number;
}

export interface EventsPart extends Part, EventBus {}

/** What EventBridge usually takes from the bus to the target. */
const LATENCY_MS = 500;
const RULE_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

export function createEvents(world: World, deps: EventsPorts): EventsPart {
  const rules = new Map<string, Rule>();
  const deliveries = new Deliveries(world, 'events', deps.random);
  const tick = (ruleArn: string, at: number): Event => ({
    ...completed(world, {
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      detail: {},
      resources: [ruleArn],
    }),
    time: eventTime(at),
  });
  const delaysMs = deps.delaysMs ?? (() => [world.managed(LATENCY_MS)]);
  const context: RuleContext = { world, ports: deps, deliveries, delaysMs, tick };
  const accept = (event: BusEvent): string => {
    const complete = completed(world, event);
    for (const rule of rules.values()) rule.offer(complete);
    return complete.id;
  };
  return {
    services: [
      {
        signingName: 'events',
        sdk: { ...sdk },
        client: new sdk.EventBridgeClient({ region: world.region }),
        operations: eventOperations(world, { rules: () => [...rules.values()], accept }),
      },
    ],
    providers: [ruleProvider(context, rules)],
    publish: (event) => void accept(event),
    async stop() {
      for (const rule of rules.values()) rule.stop();
      deliveries.stop();
    },
  };
}

/** What the bus adds to every event. */
function completed(world: World, event: BusEvent): Event {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': event['detail-type'],
    source: event.source,
    account: world.accountId,
    time: eventTime(world.now()),
    region: world.region,
    resources: event.resources ?? [],
    detail: event.detail,
  };
}

function ruleProvider(context: RuleContext, rules: Map<string, Rule>): ResourceProvider {
  const { partition, region, accountId } = context.world;
  const enacted = (rule: Rule) => ({ physicalId: rule.name, attributes: { Arn: rule.arn } });
  return {
    type: 'AWS::Events::Rule',
    replaceOn: ['Name', 'EventBusName'],
    async create(request) {
      const definition = ruleDefinition(request);
      const properties = new Properties(request, request.properties);
      const name = properties.text('Name') ?? request.generateName(64);
      if (!RULE_NAME.test(name)) {
        throw properties.fault('Name', 'must be 1 to 64 letters, digits, dots, hyphens and underscores');
      }
      if (rules.has(name)) throw properties.fault('Name', 'a rule of this name exists already');
      const arn = `arn:${partition}:events:${region}:${accountId}:rule/${name}`;
      const rule = new Rule(context, { name, arn, definition });
      rules.set(name, rule);
      return enacted(rule);
    },
    async update(request) {
      const rule = rules.get(request.physicalId);
      if (rule === undefined) {
        throw new AwsError('ResourceNotFoundException', `Rule ${request.physicalId} does not exist.`);
      }
      rule.change(ruleDefinition(request));
      return enacted(rule);
    },
    async delete(request) {
      rules.get(request.physicalId)?.stop();
      rules.delete(request.physicalId);
    },
  };
}
