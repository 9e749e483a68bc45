/** One run of a health check's command. */

import type { ChildProcess } from 'node:child_process';

export class CheckRun {
  /** True when it ended with 0 in time. */
  readonly done: Promise<boolean>;
  private readonly child: ChildProcess;

  constructor(child: ChildProcess, timeoutMs: number) {
    this.child = child;
    child.stdout?.resume();
    child.stderr?.resume();
    this.done = new Promise((resolve) => {
      const late = setTimeout(() => this.end(), timeoutMs);
      const finish = (passed: boolean) => {
        clearTimeout(late);
        resolve(passed);
      };
      child.once('exit', (code) => finish(code === 0));
      child.once('error', () => finish(false));
    });
  }

  end(): void {
    this.child.kill('SIGKILL');
  }
}
