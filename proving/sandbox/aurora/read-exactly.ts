import type { Duplex } from 'node:stream';

/** Takes exactly `size` bytes off a stream and leaves the rest in it. Rejects when the stream ends before. */
export function readExactly(stream: Duplex, size: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      stream.off('readable', attempt);
      stream.off('end', ended);
      stream.off('close', ended);
      settle();
    };
    const attempt = () => {
      const chunk = stream.read(size) as Buffer | null;
      if (chunk === null) return;
      if (chunk.length === size) done(() => resolve(chunk));
      else ended();
    };
    const ended = () => done(() => reject(new Error('the connection ended')));
    stream.on('readable', attempt);
    stream.on('end', ended);
    stream.on('close', ended);
    if (stream.destroyed) ended();
    else attempt();
  });
}
