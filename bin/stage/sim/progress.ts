/** How far a long piece of work has come: one line that renews itself on a terminal, now and then a line elsewhere. */

export interface ProgressSink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

export interface Progress {
  /** One more is done. */
  step(): void;
  /** Makes room for a line of another kind. */
  clear(): void;
  end(): void;
}

const TTY_MS = 250;
const PLAIN_MS = 10_000;
const CLEAR = '\r\u001b[K';

/** @param note what else to say, e.g. how many violations there are so far */
export function createProgress(
  sink: ProgressSink,
  options: {
    readonly total: number;
    readonly what: string;
    readonly note: () => string;
    readonly now: () => number;
  },
): Progress {
  const started = options.now();
  const everyMs = sink.isTTY ? TTY_MS : PLAIN_MS;
  let done = 0;
  let saidAt = started;
  const clear = (): void => {
    if (sink.isTTY) sink.write(CLEAR);
  };
  return {
    step: () => {
      done += 1;
      const now = options.now();
      if (now - saidAt < everyMs) return;
      saidAt = now;
      clear();
      const line = tell(done, now - started, options.total, options.what);
      sink.write(`${line}; ${options.note()}${sink.isTTY ? '' : '\n'}`);
    },
    clear,
    end: clear,
  };
}

/** e.g. `37 of 1000 seeds, 0.9 a second, 18 min left`. */
export function tell(done: number, elapsedMs: number, total: number, what: string): string {
  const perSecond = (done * 1000) / Math.max(1, elapsedMs);
  return `${done} of ${total} ${what}, ${perSecond.toFixed(1)} a second, ${span((total - done) / perSecond)} left`;
}

function span(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
