/** One signal for Ctrl-C and a polite end; a second Ctrl-C ends at once. */

let controller: AbortController | undefined;

/** Exit code after an interrupt, as shells have it. */
export const INTERRUPTED = 130;

export function interruptSignal(): AbortSignal {
  if (controller) return controller.signal;
  controller = new AbortController();
  const interrupt = (): void => {
    if (controller!.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write('\ninterrupted: ending everything that was started\n');
    controller!.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}

/** Ends what runs, as Ctrl-C does; for a request from outside. */
export function interrupt(): void {
  interruptSignal();
  controller?.abort();
}
