import { describe, expect, it } from 'vitest';
import { Queue } from '../../../../proving/twin/queue/index.ts';

const message = (id: string, sentAt: number) => ({ id, sentAt, body: id, attributes: {} });

describe('a queue', () => {
  it('keeps messages until the retention period ends', () => {
    const queue = new Queue({ retentionS: 60, delayS: 0, messageBytesMax: 1_024 });
    queue.send(message('a', 0));
    queue.send(message('b', 30_000));
    expect(queue.messages(59_999).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(queue.messages(60_000).map(({ id }) => id)).toEqual(['b']);
    expect(queue.visible(90_000)).toBe(0);
  });

  it('shows a delayed message only after its delay', () => {
    const queue = new Queue({ retentionS: 600, delayS: 10, messageBytesMax: 1_024 });
    queue.send(message('a', 0));
    expect(queue.visible(9_999)).toBe(0);
    expect(queue.visible(10_000)).toBe(1);
    expect(queue.messages(0)).toHaveLength(1);
  });
});
