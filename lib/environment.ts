import {
  Annotations,
  CfnResource,
  CrossStackReferences,
  ReferenceStrength,
  Stack,
  Stage,
  Tags,
  type StackProps,
  type StageProps,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { StackId } from '../core/naming.ts';
import { EPHEMERAL_MARK, STATEFUL_TYPES, checkLock, type EnvironmentLock } from '../core/profile/lock.ts';
import {
  generatedSecretsOf,
  validate,
  type EnvironmentProfile,
  type NormalizedProfile,
  type NormalizedTask,
} from '../core/profile/index.ts';
import { CacheStack } from './stacks/cache-stack.ts';
import { ComputeStack } from './stacks/compute-stack.ts';
import { ControlStack } from './stacks/control-stack.ts';
import { DatabaseStack } from './stacks/database-stack.ts';
import { EdgeStack } from './stacks/edge-stack.ts';
import { NetworkStack } from './stacks/network-stack.ts';
import { StateStack } from './stacks/state-stack.ts';

export interface UnderstudyEnvironmentProps {
  /** What the team wrote. Checked here; see `EnvironmentProfile`. */
  readonly profile: EnvironmentProfile;
  /** The account to deploy to. @default - whichever account the credentials belong to */
  readonly account?: string;
  /** What must not change without care. @default - nothing is compared, which suits short-lived environments */
  readonly lock?: EnvironmentLock;
  /** Where the lock was read from, for the message. @default - `environments/<name>.lock.json` */
  readonly lockFile?: string;
}

/** Cost-allocation tag: what of the bill belongs to which tier. */
export const TIER_TAG = 'understudy:tier';
export const ENVIRONMENT_TAG = 'understudy:environment';
/** These cost nothing by themselves, and not every tool that checks a template knows that they take tags by now. */
const BILLED = {
  excludeResourceTypes: [
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ElasticLoadBalancingV2::Listener',
  ],
};

/**
 * One environment: a CDK Stage with one stack for each thing that lives and dies by itself.
 * @throws InvalidInput when the profile or the lock is refused
 */
export class UnderstudyEnvironment extends Stage {
  readonly profile: NormalizedProfile;
  readonly network: NetworkStack;
  readonly state: StateStack;
  readonly database: DatabaseStack;
  /** Null where the profile has no cache. */
  readonly cache: CacheStack | null;
  /** Null where the profile has no balancer. */
  readonly edge: EdgeStack | null;
  /** Null where the profile runs no tasks. */
  readonly compute: ComputeStack | null;
  readonly control: ControlStack;

  constructor(scope: Construct, id: string, props: UnderstudyEnvironmentProps) {
    const { profile, warnings } = validate(props.profile);
    super(scope, id, stageProps(profile, props.account));
    this.profile = profile;
    // AWS itself then refuses to delete the database or the state from under the control plane.
    CrossStackReferences.of(this).consume(ReferenceStrength.STRONG);
    const { deletionProtection } = profile;
    // On every stack: one that destroys them all begins with the control plane, and is stopped there.
    const guarded = { terminationProtection: deletionProtection };
    this.network = new NetworkStack(this, stackId('Network'), { profile, ...guarded });
    this.state = new StateStack(this, stackId('State'), {
      deletionProtection,
      throttled: profile.throttle.length > 0,
      fronted: profile.tiers.web !== null,
      environmentName: profile.name,
      secrets: generatedSecretsOf(tasksOf(profile)),
      ...guarded,
    });
    this.database = new DatabaseStack(this, stackId('Database'), {
      profile,
      vpc: this.network.vpc,
      stateTable: this.state.stateTable,
      throttleTable: this.state.throttleTable,
      deadLetterQueue: this.state.deadLetterQueue,
      ...guarded,
    });
    const { cache } = profile.tiers;
    this.cache =
      cache === null
        ? null
        : new CacheStack(this, stackId('Cache'), {
            profile,
            cache,
            vpc: this.network.vpc,
            applications: this.database.applications,
            ...guarded,
          });
    this.edge = this.makeEdge(guarded);
    this.compute = this.makeCompute(guarded);
    this.control = new ControlStack(this, stackId('Control'), {
      profile,
      vpc: this.network.vpc,
      state: this.state,
      database: this.database,
      cache: this.cache,
      edge: this.edge,
      compute: this.compute,
      ...guarded,
    });
    this.order();
    this.tag();
    for (const { id: warning, message } of warnings)
      Annotations.of(this.control).addWarningV2(warning, message);
    if (props.lock !== undefined) {
      checkLock(props.lockFile ?? `environments/${profile.name}.lock.json`, props.lock, this.lock());
    }
  }

  private makeEdge(props: StackProps): EdgeStack | null {
    const { profile, network } = this;
    const { edge, web } = profile.tiers;
    if (edge === null || web === null) return null;
    return new EdgeStack(this, stackId('Edge'), { profile, edge, web, vpc: network.vpc, ...props });
  }

  private makeCompute(props: StackProps): ComputeStack | null {
    const { profile, network, state, database, cache, edge } = this;
    const { web, service } = profile.tiers;
    if (web === null && service.length === 0) return null;
    const { vpc } = network;
    const parts = { profile, vpc, state, database, cache, balancers: edge };
    return new ComputeStack(this, stackId('Compute'), { ...parts, ...props });
  }

  /** The lock that belongs to this environment as it is now. */
  lock(): EnvironmentLock {
    const stacks = [this.state, this.database, ...(this.edge === null ? [] : [this.edge])];
    const entries = stacks.map((stack) => [stack.node.id, statefulOf(stack)] as const);
    const { cache } = this.profile.tiers;
    return {
      stateful: Object.fromEntries(entries),
      ...(cache === null ? {} : { cache: { shards: cache.shards } }),
    };
  }

  /**
   * Deployed in this order and deleted in the other, whatever refers to what: the members stand in the subnets,
   * functions leave dead letters in the state stack, and the probers log in with what the bootstrap made. The shards
   * come after the tables that keep account of them. Tasks come after everything that they are told of, and after the
   * balancers that ECS registers them with.
   */
  private order(): void {
    const { network, state, database, cache, edge, compute, control } = this;
    database.node.addDependency(network, state);
    cache?.node.addDependency(network, database);
    edge?.node.addDependency(network);
    const before = [network, state, database, cache, edge].filter((stack) => stack !== null);
    compute?.node.addDependency(...before);
    control.node.addDependency(...before, ...(compute === null ? [] : [compute]));
  }

  private tag(): void {
    Tags.of(this).add(ENVIRONMENT_TAG, this.profile.name, BILLED);
    Tags.of(this.network).add(TIER_TAG, 'network', BILLED);
    Tags.of(this.state).add(TIER_TAG, 'control-plane', BILLED);
    Tags.of(this.control).add(TIER_TAG, 'control-plane', BILLED);
    Tags.of(this.database).add(TIER_TAG, 'database', BILLED);
    if (this.cache !== null) Tags.of(this.cache).add(TIER_TAG, 'cache', BILLED);
    if (this.edge !== null) Tags.of(this.edge).add(TIER_TAG, 'edge', BILLED);
    if (this.compute === null) return;
    Tags.of(this.compute).add(TIER_TAG, 'service', BILLED);
    if (this.compute.web !== null) Tags.of(this.compute.web).add(TIER_TAG, 'web', BILLED);
  }
}

/** Keeps the ids to the ones that commands and peers know. */
function stackId(id: StackId): StackId {
  return id;
}

function stageProps(profile: NormalizedProfile, account: string | undefined): StageProps {
  return { env: { region: profile.region, ...(account === undefined ? {} : { account }) } };
}

/** Everything that tasks run, second versions among them. */
function tasksOf({ tiers: { web, service } }: NormalizedProfile): readonly NormalizedTask[] {
  const services = service.flatMap((one) => (one.canary === null ? [one] : [one, one.canary]));
  return web === null ? services : [web, ...services];
}

/** Logical ids and types of a stack's resources that hold data. */
function statefulOf(stack: Stack): Readonly<Record<string, string>> {
  const resources = stack.node
    .findAll()
    .filter((node): node is CfnResource => CfnResource.isCfnResource(node))
    .filter((resource) => STATEFUL_TYPES.includes(resource.cfnResourceType))
    .filter((resource) => resource.getMetadata(EPHEMERAL_MARK) !== true);
  const ids = resources.map((resource) => [
    stack.resolve(resource.logicalId) as string,
    resource.cfnResourceType,
  ]);
  return Object.fromEntries(ids.toSorted(([a], [b]) => a!.localeCompare(b!)));
}
