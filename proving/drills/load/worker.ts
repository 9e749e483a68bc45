/** The load runs in a thread of its own, so that nothing else in the process delays its schedule. */

import { DoorClient } from '../front/load/client.ts';
import type { Sample } from '../model.ts';
import { LoadClient, type Client } from './client.ts';
import { Generator } from './generator.ts';
import type { WholeLoad } from './whole-load.ts';
import { serveLoad } from './worker-frame.ts';

function clientOf({ to, readsPerS, writesPerS }: WholeLoad): Client {
  if ('url' in to) return new LoadClient(to.url);
  return new DoorClient(to.door, { perS: readsPerS + writesPerS, plain: to.plain ?? false });
}

serveLoad({
  make: (options: WholeLoad, sink: (sample: Sample) => void) => {
    const generator = new Generator(clientOf(options), options, sink);
    generator.start();
    return generator;
  },
  answer: (_generator, ask: never) => Promise.resolve(ask),
});
