/** The load runs in a thread of its own, so that nothing else in the process delays its schedule. */

import { serveLoad } from '../../load/worker-frame.ts';
import type { ThrottleSample } from '../model.ts';
import { ThrottleGenerator, type ThrottleLoadOptions } from './generator.ts';
import type { Ask, Reply } from './messages.ts';

serveLoad({
  make: (options: ThrottleLoadOptions, sink: (sample: ThrottleSample) => void) =>
    new ThrottleGenerator(options, sink),
  answer: async (generator, ask: Ask): Promise<Reply> => {
    switch (ask.kind) {
      case 'prepare':
        await generator.prepare(ask.streams);
        return { kind: 'prepared' };
      case 'begin':
        return { kind: 'begun', at: generator.begin(ask) };
      default:
        throw new Error(`nothing is known of ${JSON.stringify(ask satisfies never)}`);
    }
  },
});
