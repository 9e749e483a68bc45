/** CloudFormation in the measure that `cdk bootstrap`, `deploy`, `diff` and `destroy` need. */

import * as sdk from '@aws-sdk/client-cloudformation';
import { statusOf } from '../../twin/cloudformation/index.ts';
import type { Part, World } from '../kernel/index.ts';
import { CustomResourceAnswers } from './custom-resource-answers.ts';
import { createCustomResources } from './custom-resources.ts';
import type { Engine } from './engine/engine.ts';
import { EventLog } from './event-log.ts';
import { changingOperations } from './operations/changing.ts';
import { directOperations } from './operations/direct.ts';
import { endingOperations } from './operations/ending.ts';
import { readingOperations } from './operations/reading.ts';
import { reviewingOperations } from './operations/reviewing.ts';
import type { ServiceContext } from './operations/service-context.ts';
import type { CloudFormationPorts } from './ports.ts';
import { createResourceTypes } from './resource-types.ts';
import type { StackRecord } from './stack-record.ts';
import { breakOff, StackWork } from './stack-work.ts';
import { StackStore } from './stack-store.ts';
import { createTargetBuilder } from './target.ts';

export interface CloudFormationReport {
  /** Standing resources behind which something really runs or is kept. */
  readonly resources_enacted: number;
  /** Standing resources that only have an identity. */
  readonly resources_inert: number;
  /** Types of the inert resources, and types that a deployment was refused for. */
  readonly not_enacted: readonly string[];
  /** Names of the standing stacks, oldest first. */
  readonly stacks: readonly string[];
}

export interface StandingResourceView {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface StackView {
  readonly name: string;
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface CloudFormation extends Part {
  report(): CloudFormationReport;
  /** Standing stacks, oldest first. */
  stacks(): readonly StackView[];
  /** Every standing resource. Secrets appear as the references the template has. */
  resources(): readonly StandingResourceView[];
  /** Resolves once no stack is being worked on. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export function createCloudFormation(world: World, ports: CloudFormationPorts): CloudFormation {
  const store = new StackStore(world);
  const custom = createCustomResources(ports.invoker, new CustomResourceAnswers(ports.routes));
  const engine: Engine = {
    world,
    store,
    log: new EventLog(world, ports.events),
    types: createResourceTypes(world, ports.providers, custom),
    targets: createTargetBuilder(world, ports, store),
    custom,
    stopping: false,
  };
  const work = new StackWork((stack, error) => breakOff(engine, stack, error));
  const context: ServiceContext = { engine, ports, start: (stack, task) => work.start(stack, task) };
  const client = new sdk.CloudFormationClient({
    region: world.region,
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  return {
    services: [
      {
        signingName: 'cloudformation',
        sdk,
        client,
        operations: {
          ...readingOperations(context),
          ...reviewingOperations(context),
          ...changingOperations(context),
          ...directOperations(context),
          ...endingOperations(context),
        },
      },
    ],
    report: () => report(engine),
    stacks: () => standing(engine).map(stackView),
    resources: () => standing(engine).flatMap(resourceViews),
    idle: () => work.idle(),
    async stop() {
      engine.stopping = true;
      custom.cancel(null);
      await work.idle();
      client.destroy();
    },
  };
}

function standing(engine: Engine): StackRecord[] {
  return engine.store.standing().reverse();
}

function report(engine: Engine): CloudFormationReport {
  const resources = standing(engine).flatMap(({ resources }) => [...resources.values()]);
  const inert = resources.filter(({ type }) => engine.types.kindOf(type) === 'inert');
  const names = new Set([...inert.map(({ type }) => type), ...engine.types.refused]);
  return {
    resources_enacted: resources.length - inert.length,
    resources_inert: inert.length,
    not_enacted: [...names].sort(),
    stacks: standing(engine).map(({ name }) => name),
  };
}

function stackView(stack: StackRecord): StackView {
  return {
    name: stack.name,
    id: stack.id,
    status: statusOf(stack.state),
    reason: stack.reason,
    outputs: Object.fromEntries(stack.outputs.map(({ name, value }) => [name, value])),
  };
}

function resourceViews(stack: StackRecord): StandingResourceView[] {
  return [...stack.resources.values()].map(({ logicalId, type, physicalId, properties, attributes }) => ({
    stackName: stack.name,
    logicalId,
    type,
    physicalId,
    properties,
    attributes,
  }));
}
