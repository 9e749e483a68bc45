import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { NormalizedTask } from '../../../core/profile/index.ts';
import { serviceRole } from '../../shared/service-role.ts';
import { bundleAsset, bundleVersion, imageVersion } from './code.ts';
import { containerHealthCheck } from './health-check.ts';
import { LOADER, LOADER_ENV, SDK_PATH, STOCK_IMAGE } from './loader.ts';
import { allowPull } from './private-image.ts';
import { taskSecrets, type Generated, type TaskSecrets } from './task-secrets.ts';

export const ECS_TASKS = 'ecs-tasks.amazonaws.com';
/** The one container of every task. */
export const CONTAINER = 'app';
/** From SIGTERM to SIGKILL: requests that are under way end within it. */
const STOP_TIMEOUT = Duration.seconds(30);
const LOG_RETENTION = logs.RetentionDays.ONE_MONTH;
/** Where code of the stock image may write; everything else of its file system is read-only. */
const SCRATCH = { name: 'scratch', containerPath: '/tmp' };

export interface TaskDefinitionProps {
  readonly environmentName: string;
  /** What it is called in logs and descriptions, e.g. `shop-canary`. */
  readonly taskName: string;
  readonly task: NormalizedTask;
  /** What the tasks run as. */
  readonly role: iam.IRole;
  /** Variables of the kit; those of the task's own come on top. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets that the environment makes. @default - none */
  readonly generatedSecrets?: Generated;
  /** Whether ECS itself asks the tasks for their health; a balancer does otherwise. */
  readonly checked: boolean;
}

/** What one version of a tier's tasks runs: image or bundle, size, variables, logs and the role that starts it. */
export class TaskDefinition extends Construct {
  readonly definition: ecs.FargateTaskDefinition;
  readonly logGroup: logs.LogGroup;
  /** What ECS uses to start a task: it writes logs, pulls the image and reads secrets. The task itself never has it. */
  readonly executionRole: iam.Role;
  /** The bundle; null where the tasks run an image of the team's own. */
  readonly bundle: Asset | null;
  /** What is deployed, as logs and answers name it. */
  readonly version: string;

  constructor(scope: Construct, id: string, props: TaskDefinitionProps) {
    super(scope, id);
    const { task, taskName, environmentName } = props;
    const { source } = task;
    this.bundle = source.kind === 'entry' ? bundleAsset(this, 'Bundle', source.entry) : null;
    const hash = source.kind === 'image' ? imageVersion(source.image) : bundleVersion(this.bundle!);
    this.version = task.version ?? hash;
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: LOG_RETENTION,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.executionRole = serviceRole(this, 'ExecutionRole', {
      service: ECS_TASKS,
      description: `Starts the tasks of ${taskName} of ${environmentName}: logs, image and secrets, nothing else.`,
    });
    this.definition = new ecs.FargateTaskDefinition(this, 'Task', {
      family: `${environmentName}-${taskName}`,
      cpu: task.cpu,
      memoryLimitMiB: task.memoryMb,
      taskRole: props.role,
      executionRole: this.executionRole,
      ...(source.kind === 'image' ? {} : stockPlatform()),
    });
    const { executionRole } = this;
    const generated = props.generatedSecrets ?? new Map();
    const secrets = taskSecrets(this, { secrets: task.secrets, generated, executionRole });
    if (secrets.policy !== null) this.definition.node.addDependency(secrets.policy);
    const container = this.addContainer(props, secrets.variables);
    if (source.kind === 'image') {
      const pull = allowPull(this, this.executionRole, source.image);
      if (pull !== null) this.definition.node.addDependency(pull);
    } else {
      const { name: sourceVolume, containerPath } = SCRATCH;
      container.addMountPoints({ sourceVolume, containerPath, readOnly: false });
    }
    Validations.of(this.definition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason:
        'Plain variables are names and addresses of the environment. Logins use IAM, and secrets of the application ' +
        'come from Secrets Manager when a task starts.',
    });
    this.node.defaultChild = this.definition;
  }

  private addContainer(
    props: TaskDefinitionProps,
    secrets: TaskSecrets['variables'],
  ): ecs.ContainerDefinition {
    const { task, taskName, variables, checked } = props;
    const image = task.source.kind === 'image' ? task.source.image : STOCK_IMAGE;
    return this.definition.addContainer(CONTAINER, {
      image: ecs.ContainerImage.fromRegistry(image),
      essential: true,
      environment: {
        HOST: '0.0.0.0',
        PORT: String(task.port),
        ...variables,
        UNDERSTUDY_VERSION: this.version,
        ...this.bundleVariables(),
        ...task.environment,
      },
      secrets,
      portMappings: [{ containerPort: task.port, protocol: ecs.Protocol.TCP }],
      stopTimeout: STOP_TIMEOUT,
      logging: ecs.LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: taskName,
        // A log service that does not answer must not stop the requests.
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
      }),
      ...(checked ? { healthCheck: containerHealthCheck(task.source, task) } : {}),
      ...(task.source.kind === 'image' ? {} : this.stockContainer()),
    });
  }

  private bundleVariables(): Readonly<Record<string, string>> {
    if (this.bundle === null) return {};
    const { s3BucketName, s3ObjectKey } = this.bundle;
    return { [LOADER_ENV.bucket]: s3BucketName, [LOADER_ENV.key]: s3ObjectKey, NODE_PATH: SDK_PATH };
  }

  /**
   * Root without any capability, on a file system that is read-only but for a scratch volume: Fargate makes volumes
   * that root alone may write to.
   */
  private stockContainer(): Partial<ecs.ContainerDefinitionOptions> {
    const linuxParameters = new ecs.LinuxParameters(this, 'Linux');
    linuxParameters.dropCapabilities(ecs.Capability.ALL);
    return {
      entryPoint: ['node'],
      command: ['--enable-source-maps', '-e', LOADER],
      readonlyRootFilesystem: true,
      linuxParameters,
    };
  }
}

function stockPlatform(): Partial<ecs.FargateTaskDefinitionProps> {
  return {
    // A fifth cheaper than x86-64.
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.ARM64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
    volumes: [{ name: SCRATCH.name }],
  };
}
