/** Health checks of one target by one node, over HTTP, each on a connection of its own. */

import http from 'node:http';
import type { CheckConfig, Reason } from '../node-protocol.ts';

export type CheckResult =
  | { readonly passed: true }
  | { readonly passed: false; readonly reason: Reason; readonly description: string };

export interface CheckOptions {
  readonly address: string;
  /** The port of the target. */
  readonly port: number;
  /** The node's own address. */
  readonly from: string;
  readonly check: CheckConfig;
}

export class Checker {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  /** Checks at once, then at the interval of the configuration of that time. */
  constructor(options: () => CheckOptions, told: (result: CheckResult) => void) {
    const round = async (): Promise<void> => {
      const started = performance.now();
      const { check } = options();
      const result = await checkOnce(options());
      if (this.stopped) return;
      told(result);
      const rest = check.intervalMs - (performance.now() - started);
      this.timer = setTimeout(() => void round(), Math.max(0, rest));
    };
    void round();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }
}

export function checkOnce({ address, port, from, check }: CheckOptions): Promise<CheckResult> {
  const { promise, resolve } = Promise.withResolvers<CheckResult>();
  const request = http.get({
    host: address,
    port: check.port ?? port,
    localAddress: from,
    path: check.path,
    agent: false,
    headers: {
      host: `${address}:${check.port ?? port}`,
      'user-agent': 'ELB-HealthChecker/2.0',
      connection: 'close',
    },
  });
  const failed = (reason: Reason, description: string) => resolve({ passed: false, reason, description });
  // Of the whole check: a target that sends a byte now and then is no better.
  const timer = setTimeout(() => {
    failed('Target.Timeout', 'Request timed out');
    request.destroy();
  }, check.timeoutMs);
  request.on('response', (response) => {
    response.resume();
    response.on('error', () => undefined);
    const status = response.statusCode ?? 0;
    if (isMatched(status, check.matcher)) resolve({ passed: true });
    else failed('Target.ResponseCodeMismatch', `Health checks failed with these codes: [${status}]`);
    clearTimeout(timer);
    request.destroy();
  });
  request.on('error', () => {
    clearTimeout(timer);
    failed('Target.FailedHealthChecks', 'Health checks failed');
  });
  return promise;
}

/** @param matcher `200`, `200,204`, `200-299` */
export function isMatched(status: number, matcher: string): boolean {
  return matcher.split(',').some((range) => {
    const [low = '', high = low] = range.split('-');
    return status >= Number(low) && status <= Number(high);
  });
}
