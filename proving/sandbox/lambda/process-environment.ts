/** The environment variables and arguments of a function's process: all of them, nothing inherited (SEC-24). */

import type { Credentials, World } from '../kernel/index.ts';
import { sourceEnvironment } from '../network/sources.ts';
import type { FunctionConfig } from './function-config.ts';

/** Where AWS's runtime image keeps the Amazon certificate authorities. */
const RUNTIME_CA_FILE = '/var/runtime/ca-cert.pem';

export interface NetworkView {
  endpointUrl(): string;
  /** Names below these zones are asked of this server, by the preload script. */
  dns(): { readonly server: string; readonly zones: readonly string[]; readonly preload: string };
  /** The sandbox's stand-in for the Amazon certificate authorities. */
  caFile(): string;
  /** Where connections to database members come from, for a function in this subnet. @default - 127.0.0.1 */
  sourceAddress?(functionName: string, subnetId: string): string;
}

export function processEnvironment(
  world: World,
  config: FunctionConfig,
  view: {
    network: NetworkView;
    credentials: Credentials;
    runtimeApi: string;
    logStream: string;
    home: string;
    /** Null outside a VPC. */
    sourceAddress: string | null;
  },
): Record<string, string> {
  const dns = view.network.dns();
  const custom = mapped(config.environment, view.network.caFile());
  const nodeOptions = [custom.NODE_OPTIONS, `--require ${quoted(dns.preload)}`].filter(Boolean).join(' ');
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    HOME: view.home,
    ...custom,
    NODE_OPTIONS: nodeOptions,
    ...(view.sourceAddress === null ? {} : sourceEnvironment(view.sourceAddress, nodeOptions)),
    SANDBOX_DNS: dns.server,
    SANDBOX_ZONES: dns.zones.join(','),
    _HANDLER: config.handler,
    LAMBDA_TASK_ROOT: config.code.folder,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_LAMBDA_RUNTIME_API: view.runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: config.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: view.logStream,
    AWS_LAMBDA_LOG_FORMAT: config.logFormat,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: world.region,
    AWS_DEFAULT_REGION: world.region,
    AWS_ACCESS_KEY_ID: view.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: view.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: view.credentials.sessionToken,
    AWS_ENDPOINT_URL: view.network.endpointUrl(),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A path of AWS's runtime image means the sandbox's file, wherever the template names it. */
function mapped(environment: Readonly<Record<string, string>>, caFile: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replaceAll(RUNTIME_CA_FILE, caFile)]),
  );
}

function quoted(file: string): string {
  return `"${file.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
}

/** V8 gets nine tenths of the memory; the rest is for what lies outside its heap. */
export function heapArgument(config: FunctionConfig): string {
  return `--max-old-space-size=${Math.floor(config.memoryMb * 0.9)}`;
}
