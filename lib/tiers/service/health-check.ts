import { Duration } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { TaskSource } from '../../../core/profile/index.ts';

/** Three in a row end a task that hangs within about 30 s. Each one starts a process, so they are not cheaper than that. */
const INTERVAL = Duration.seconds(10);
const TIMEOUT = Duration.seconds(5);
const RETRIES = 3;
/** Failures that are not counted while a task starts. */
const START_PERIOD = Duration.seconds(30);
/** Of the request itself; what the process around it takes to start comes on top. */
const REQUEST_MS = 3000;

/**
 * How ECS asks a task that no balancer asks. The stock image has Node and no other client; an image of the team's
 * own has a shell and curl or wget.
 */
export function containerHealthCheck(
  source: TaskSource,
  { port, healthPath }: { readonly port: number; readonly healthPath: string },
): ecs.HealthCheck {
  const url = `http://127.0.0.1:${port}${healthPath}`;
  return {
    command: source.kind === 'entry' ? nodeCheck(url) : shellCheck(url),
    interval: INTERVAL,
    timeout: TIMEOUT,
    retries: RETRIES,
    startPeriod: START_PERIOD,
  };
}

function nodeCheck(url: string): string[] {
  const asked = `fetch('${url}',{signal:AbortSignal.timeout(${REQUEST_MS})})`;
  return ['CMD', 'node', '-e', `${asked}.then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))`];
}

function shellCheck(url: string): string[] {
  const seconds = REQUEST_MS / 1000;
  const curl = `curl -fsS -m ${seconds} -o /dev/null ${url}`;
  const wget = `wget -q -T ${seconds} -O /dev/null ${url}`;
  return ['CMD-SHELL', `${curl} || ${wget} || exit 1`];
}
