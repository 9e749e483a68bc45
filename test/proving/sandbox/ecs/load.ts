/** One client that asks again and again, and what it met. */

import type { Answer } from './balancer.ts';

const PAUSE_MS = 5;

export class Load {
  readonly answers: string[] = [];
  readonly failures: unknown[] = [];
  private ended = false;
  private readonly done: Promise<void>;

  constructor(request: () => Promise<Answer>) {
    this.done = this.run(request);
  }

  async end(): Promise<Load> {
    this.ended = true;
    await this.done;
    return this;
  }

  private async run(request: () => Promise<Answer>): Promise<void> {
    while (!this.ended) {
      await request().then(
        ({ body }) => this.answers.push(body),
        (error: unknown) => this.failures.push(error),
      );
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}
