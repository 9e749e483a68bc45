/** The variables of a task's processes: what its definition says, and what Fargate and the sandbox add. */

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { sourceEnvironment } from '../../network/sources.ts';
import type { Container } from '../definitions.ts';
import type { TaskAddresses } from '../gateway/addresses.ts';

/** Where AWS's runtime image keeps the AWS SDK, and the Amazon certificate authorities. */
const IMAGE_MODULES = '/var/runtime/node_modules';
const IMAGE_CA_FILE = '/var/runtime/ca-cert.pem';
/** The `--require` preload: CommonJS without dependencies. */
const LISTEN_PRELOAD = fileURLToPath(new URL('../../network/listen-preload.cjs', import.meta.url));

/** The folder of modules that stands for the image's: where this project has its SDK from. */
export const MODULES = modulesFolder();

export interface TaskNetwork {
  /** The AWS endpoint, as tasks reach it. */
  readonly endpointUrl: () => string;
  /** The variables that make an unmodified client use the sandbox's resolver. */
  readonly dns: () => Readonly<Record<string, string>>;
  readonly caFile: () => string;
}

export interface TaskEnvironmentOptions {
  readonly taskId: string;
  readonly region: string;
  readonly container: Container;
  /** Variables whose values were read for this task. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly network: TaskNetwork;
  readonly addresses: TaskAddresses;
  readonly gatewayPort: number;
  /** The task's working folder. */
  readonly home: string;
  readonly metadataUri: string;
  /** Null without a task role. */
  readonly credentials: { readonly uri: string; readonly token: string } | null;
}

export function taskEnvironment(options: TaskEnvironmentOptions): Record<string, string> {
  const { container, network, credentials, home, region } = options;
  const own = mapped(container.environment, network.caFile());
  const dns = network.dns();
  const endpoint = network.endpointUrl();
  const nodeOptions = [
    own['NODE_OPTIONS'],
    dns['NODE_OPTIONS'],
    `--require=${JSON.stringify(LISTEN_PRELOAD)}`,
  ]
    .filter(Boolean)
    .join(' ');
  return {
    PATH: `${path.dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    TMPDIR: home,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...own,
    ...options.secrets,
    ...dns,
    ...sourceEnvironment(options.addresses.address, nodeOptions),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE',
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    ECS_CONTAINER_METADATA_URI_V4: options.metadataUri,
    ...(credentials === null
      ? {}
      : {
          AWS_CONTAINER_CREDENTIALS_FULL_URI: credentials.uri,
          AWS_CONTAINER_AUTHORIZATION_TOKEN: credentials.token,
        }),
    SANDBOX_TASK: options.taskId,
    SANDBOX_HIDDEN: options.addresses.hidden,
    SANDBOX_GATEWAY: String(options.gatewayPort),
    SANDBOX_ENDPOINT: new URL(endpoint).port,
    SANDBOX_PORTS: container.ports.join(','),
  };
}

/** A path of the image means the sandbox's file, wherever the definition names it. */
function mapped(environment: Readonly<Record<string, string>>, caFile: string): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => [
    name,
    value.replaceAll(IMAGE_CA_FILE, caFile).replaceAll(IMAGE_MODULES, MODULES),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function modulesFolder(): string {
  const found = createRequire(import.meta.url).resolve('@aws-sdk/client-s3/package.json');
  return path.dirname(path.dirname(path.dirname(path.dirname(found)))) + `${path.sep}node_modules`;
}
