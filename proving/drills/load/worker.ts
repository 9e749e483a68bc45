/** The load runs in a thread of its own, so that nothing else in the process delays its schedule. */

import type { Sample } from '../model.ts';
import { Generator, type LoadOptions } from './generator.ts';
import { serveLoad } from './worker-frame.ts';

serveLoad(
  (options: LoadOptions, sink: (sample: Sample) => void) => {
    const generator = new Generator(options, sink);
    generator.start();
    return generator;
  },
  (_generator, ask: never) => Promise.resolve(ask),
);
