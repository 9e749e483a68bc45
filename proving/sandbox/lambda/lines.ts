import type { Readable } from 'node:stream';

/** A line that never ends is cut, as CloudWatch Logs cuts an event at 256 KB. */
const LINE_LENGTH_MAX = 256 * 1024;

/** Calls back for every line of a stream, without its end; what is left at the end counts as a line. */
export function splitLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (rest.length > LINE_LENGTH_MAX) {
      onLine(rest);
      rest = '';
    }
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
  stream.on('error', () => undefined);
}
