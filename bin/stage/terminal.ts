/** Words for people go to stderr; data goes to stdout. Colours only on a terminal that wants them. */

import picocolors from 'picocolors';

export interface Terminal {
  /** A line of progress. */
  say(line: string): void;
  good(line: string): void;
  bad(line: string): void;
  /** A line of data. */
  data(line: string): void;
}

export function createTerminal(quiet = false): Terminal {
  const colours = picocolors.createColors(process.stderr.isTTY && process.env['NO_COLOR'] === undefined);
  const started = performance.now();
  const write = (text: string): void => {
    if (quiet) return;
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${colours.dim(`${seconds}s`)} ${text}\n`);
  };
  return {
    say: write,
    good: (line) => write(colours.green(line)),
    bad: (line) => write(colours.red(line)),
    data: (line) => void process.stdout.write(`${line}\n`),
  };
}
