/** Reads what a template says of a task definition. What the sandbox would not honour is refused by name. */

import { Properties } from '../../kernel/index.ts';
import type { Container, HealthCheck, TaskDefinition } from '../definitions.ts';

/** The image whose tasks are Node processes of this machine: AWS's own, with Node and the AWS SDK in it. */
export const STOCK_IMAGE = 'public.ecr.aws/lambda/nodejs:24';

export const TASK_DEFINITION_PROPERTIES = [
  'ContainerDefinitions',
  'Cpu',
  'EphemeralStorage',
  'ExecutionRoleArn',
  'Family',
  'Memory',
  'NetworkMode',
  'RequiresCompatibilities',
  'RuntimePlatform',
  'Tags',
  'TaskRoleArn',
  'Volumes',
];

const CONTAINER_PROPERTIES = [
  'Command',
  'Cpu',
  'EntryPoint',
  'Environment',
  'Essential',
  'HealthCheck',
  'Image',
  'LinuxParameters',
  'LogConfiguration',
  'Memory',
  'MemoryReservation',
  'MountPoints',
  'Name',
  'PortMappings',
  'Privileged',
  'ReadonlyRootFilesystem',
  'Secrets',
  'StopTimeout',
  'User',
  'VersionConsistency',
];

const SCRATCH_PATH = '/tmp';

/** ECS's defaults (API reference: ContainerDefinition, HealthCheck). */
const STOP_TIMEOUT_S = 30;
const STOP_TIMEOUT_S_MAX = 120;
const HEALTH = { intervalS: 30, timeoutS: 5, retries: 3, startPeriodS: 0 };

export type DefinitionSettings = Pick<
  TaskDefinition,
  'container' | 'taskRoleArn' | 'executionRoleArn' | 'cpu' | 'memory'
>;

export function readDefinition(properties: Properties): DefinitionSettings {
  properties.only(TASK_DEFINITION_PROPERTIES);
  if (properties.oneOf('NetworkMode', ['awsvpc']) === undefined) {
    throw properties.fault('NetworkMode', 'is required, and awsvpc is what Fargate has');
  }
  if (!properties.list('RequiresCompatibilities').includes('FARGATE')) {
    throw properties.fault('RequiresCompatibilities', 'must have FARGATE: the sandbox has no other capacity');
  }
  for (const volume of properties.objects('Volumes')) volume.only(['Name']);
  const [container, ...others] = properties.objects('ContainerDefinitions');
  if (container === undefined || others.length > 0) {
    throw properties.fault('ContainerDefinitions', 'must have exactly one: the sandbox runs no side cars');
  }
  const read = readContainer(container);
  const executionRoleArn = properties.text('ExecutionRoleArn') ?? null;
  if (executionRoleArn === null && Object.keys(read.secrets).length > 0) {
    throw properties.fault('ExecutionRoleArn', 'is required where a container has secrets');
  }
  return {
    container: read,
    taskRoleArn: properties.text('TaskRoleArn') ?? null,
    executionRoleArn,
    cpu: properties.requiredText('Cpu'),
    memory: properties.requiredText('Memory'),
  };
}

function readContainer(container: Properties): Container {
  container.only(CONTAINER_PROPERTIES);
  const image = container.requiredText('Image');
  if (image !== STOCK_IMAGE) {
    throw container.fault(
      'Image',
      `the sandbox runs no containers; what it can run is ${STOCK_IMAGE}, as a Node process: give the tier an \`entry\``,
    );
  }
  checkMounts(container);
  const environment = container
    .objects('Environment')
    .map((variable) => [variable.requiredText('Name'), variable.text('Value') ?? ''] as const);
  return {
    name: container.requiredText('Name'),
    image,
    entryPoint: container.list('EntryPoint').map(String),
    command: readCommand(container),
    environment: Object.fromEntries(environment),
    secrets: readSecrets(
      container,
      environment.map(([name]) => name),
    ),
    ports: container.objects('PortMappings').map(readPort),
    stopTimeoutS: container.integer('StopTimeout', { min: 0, max: STOP_TIMEOUT_S_MAX }) ?? STOP_TIMEOUT_S,
    healthCheck: readHealthCheck(container.object('HealthCheck')),
    logs: readLogs(container.object('LogConfiguration')),
  };
}

/** Without an eighth part, which would name a field of JSON or a version. */
const WHOLE_SECRET = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+$/;

function readSecrets(container: Properties, plain: readonly string[]): Readonly<Record<string, string>> {
  const secrets = container.objects('Secrets').map((secret) => {
    secret.only(['Name', 'ValueFrom']);
    const name = secret.requiredText('Name');
    const from = secret.requiredText('ValueFrom');
    if (plain.includes(name)) throw secret.fault('Name', 'is in Environment too, which ECS refuses');
    if (WHOLE_SECRET.test(from)) return [name, from] as const;
    throw secret.fault(
      'ValueFrom',
      'must be the ARN of a whole secret of Secrets Manager: the sandbox reads no other',
    );
  });
  return Object.fromEntries(secrets);
}

/** The program is that of the image's Node, whatever way leads to it: a shell would be one of this machine. */
function readCommand(container: Properties): readonly string[] {
  const command = container.list('Command').map(String);
  const [program] = [...container.list('EntryPoint').map(String), ...command];
  if (program === 'node' || program?.endsWith('/node')) return command;
  throw container.fault(
    'Command',
    'must begin with node, in EntryPoint or Command: it is all the sandbox runs',
  );
}

/** A scratch volume is all there is: the task's own folder, where TMPDIR leads. */
function checkMounts(container: Properties): void {
  for (const mount of container.objects('MountPoints')) {
    mount.only(['ContainerPath', 'ReadOnly', 'SourceVolume']);
    if (mount.text('ContainerPath') === SCRATCH_PATH) continue;
    throw mount.fault('ContainerPath', `must be ${SCRATCH_PATH}: the sandbox has no other volume`);
  }
}

function readPort(mapping: Properties): number {
  mapping.only(['AppProtocol', 'ContainerPort', 'HostPort', 'Name', 'Protocol']);
  if ((mapping.text('Protocol') ?? 'tcp') !== 'tcp') {
    throw mapping.fault('Protocol', 'must be tcp: the sandbox carries nothing else');
  }
  const port = mapping.integer('ContainerPort', { min: 1, max: 65_535 });
  if (port !== undefined) return port;
  throw mapping.fault('ContainerPort', 'is required');
}

function readHealthCheck(check: Properties | undefined): HealthCheck | null {
  if (check === undefined) return null;
  check.only(['Command', 'Interval', 'Retries', 'StartPeriod', 'Timeout']);
  const command = check.list('Command').map(String);
  if (command.length < 2 || !['CMD', 'CMD-SHELL'].includes(command[0] ?? '')) {
    throw check.fault('Command', 'must be CMD with a program, or CMD-SHELL with a line');
  }
  return {
    command,
    intervalS: check.integer('Interval', { min: 5, max: 300 }) ?? HEALTH.intervalS,
    timeoutS: check.integer('Timeout', { min: 2, max: 60 }) ?? HEALTH.timeoutS,
    retries: check.integer('Retries', { min: 1, max: 10 }) ?? HEALTH.retries,
    startPeriodS: check.integer('StartPeriod', { min: 0, max: 300 }) ?? HEALTH.startPeriodS,
  };
}

function readLogs(configuration: Properties | undefined): Container['logs'] {
  if (configuration === undefined) return null;
  configuration.only(['LogDriver', 'Options']);
  if (configuration.requiredText('LogDriver') !== 'awslogs') {
    throw configuration.fault('LogDriver', 'must be awslogs: the sandbox has no other');
  }
  const options = configuration.object('Options');
  if (options === undefined) throw configuration.fault('Options', 'is required');
  options.only(['awslogs-group', 'awslogs-region', 'awslogs-stream-prefix', 'mode', 'max-buffer-size']);
  return {
    group: options.requiredText('awslogs-group'),
    streamPrefix: options.requiredText('awslogs-stream-prefix'),
  };
}
