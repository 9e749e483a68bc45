/** The stock CDK command line against a sandbox that has CloudFormation, S3, Parameter Store and identities. */

import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { createCloudFormation } from '../../../../proving/sandbox/cloudformation/index.ts';
import { createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import { AwsError, type BusEvent } from '../../../../proving/sandbox/kernel/index.ts';
import { createS3 } from '../../../../proving/sandbox/services/s3/index.ts';
import { createSsm } from '../../../../proving/sandbox/services/ssm/index.ts';
import { createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { temporaryWorld } from '../world.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const NODE = path.join(ROOT, 'node_modules/.bin/node');
const CDK = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const SYNTHESIZE = path.join(ROOT, 'test/fixtures/cloudformation/synthesize.ts');

export interface CliResult {
  readonly code: number;
  /** Standard output and error, in that order, without colours. */
  readonly output: string;
}

export async function startCliHarness() {
  const { world, remove } = temporaryWorld();
  const identity = createIdentity(world);
  const endpoint = createEndpoint(world, { identity });
  const published: BusEvent[] = [];
  const events = { publish: (event: BusEvent) => void published.push(event) };
  const s3 = createS3(world);
  const ssm = createSsm(world, { bus: events });
  const parts = [identity, s3, ssm];
  const cloudformation = createCloudFormation(world, {
    providers: new Map(
      parts.flatMap((part) => part.providers ?? []).map((provider) => [provider.type, provider]),
    ),
    objects: s3,
    parameters: ssm,
    secrets: {
      value: (id) => {
        throw new AwsError('ResourceNotFoundException', `no secret ${id}`);
      },
    },
    invoker: { invoke: () => Promise.reject(new Error('no functions here')), invokeAsync: () => undefined },
    routes: endpoint,
    events,
    zones: ['a', 'b', 'c'].map((letter) => `${world.region}${letter}`),
  });
  for (const part of [...parts, cloudformation])
    for (const service of part.services ?? []) endpoint.add(service);
  await endpoint.listen(0);

  const home = path.join(world.stateDir, 'home');
  mkdirSync(home);
  const env = {
    PATH: `${path.dirname(NODE)}:${process.env['PATH']}`,
    HOME: home,
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ACCESS_KEY_ID: identity.operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.operator.secretAccessKey,
    AWS_REGION: world.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_VALIDATION: 'false',
    NO_COLOR: '1',
  };
  const apps = path.join(world.stateDir, 'apps');
  await promisify(execFile)(NODE, [SYNTHESIZE, apps, world.accountId, world.region], { env });

  return {
    world,
    identity,
    ssm,
    s3,
    cloudformation,
    published,
    /** Calls by service and operation. */
    counts: () => endpoint.counts(),
    /** Runs the command line on a variant of the fixture's app. */
    cdk(variant: string, ...args: string[]): Promise<CliResult> {
      const all = [CDK, '--app', path.join(apps, variant), '--no-notices', '--no-color', '--ci', ...args];
      return new Promise((resolve) => {
        execFile(NODE, all, { env, cwd: world.stateDir, timeout: 90_000 }, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
          resolve({ code, output: `${stdout}${stderr}` });
        });
      });
    },
    async stop(): Promise<void> {
      await cloudformation.stop();
      await endpoint.stop();
      remove();
    },
  };
}

export type CliHarness = Awaited<ReturnType<typeof startCliHarness>>;
