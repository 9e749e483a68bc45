import { describe, expect, it } from 'vitest';
import {
  CLIENT_ADDRESS,
  edgeNode,
  edgePrimary,
  serviceTask,
  webTask,
  zone,
} from '../../../../proving/drills/front/targets.ts';
import { STOCK } from './stock.ts';

const EMPTY = { ...STOCK, members: [], tasks: [], nodes: [] };

describe('whom a drill of the front breaks', () => {
  it('one address of the primary balancer, which clients alone lose in a partition', () => {
    const target = edgeNode(STOCK, 0.5)!;
    expect(target).toMatchObject({ name: 'edge-1/b', ids: ['edge-1/b'], writer: null });
    expect(target.cuts).toEqual([{ from: CLIENT_ADDRESS, to: '127.4.1.1' }]);
    expect(edgeNode(EMPTY, 0)).toBeUndefined();
  });

  it('every address of the primary balancer, and none of the second', () => {
    expect(edgePrimary(STOCK)!.victims.map(({ id }) => id)).toEqual(['edge-1/a', 'edge-1/b', 'edge-1/c']);
    expect(edgePrimary(EMPTY)).toBeUndefined();
  });

  it('one web task, which every balancer and a prober of another zone lose in a partition', () => {
    const target = webTask(STOCK, 0)!;
    expect(target).toMatchObject({ name: '127.2.0.1:8080', open: { address: '127.2.0.1' } });
    expect(target.cuts.map(({ from }) => from)).toEqual([
      ...STOCK.nodes.map(({ address }) => address),
      '127.5.1.1',
    ]);
    expect(target.cuts.every(({ to }) => to === '127.2.0.1')).toBe(true);
  });

  it('one task of the service, which the web tasks lose in a partition, and no balancer', () => {
    const target = serviceTask(STOCK, 0.99)!;
    expect(target.name).toBe('127.3.2.1:8080');
    expect(target.cuts.map(({ from }) => from)).toEqual(['127.2.0.1', '127.2.1.1', '127.2.2.1', '127.5.0.1']);
  });

  it('F-24: all that stands in the zone of the writer, its prober too', () => {
    const target = zone(STOCK, 'writer', 0)!;
    expect(target.name).toBe('a');
    expect(target.victims.map(({ pid }) => pid)).toEqual([100, 200, 300, 400, 500]);
    expect(target.pids).toEqual([600]);
    expect(target.writer?.id).toBe('db-a');
  });

  it('F-24: in a partition everything in the zone is cut off both ways, and the prober from everything', () => {
    const { cuts } = zone(STOCK, 'writer', 0)!;
    expect(cuts).toContainEqual({ from: '*', to: '127.1.0.1' });
    expect(cuts).toContainEqual({ from: '127.2.0.1', to: '*' });
    expect(cuts).toContainEqual({ from: '127.5.0.1', to: '*' });
    expect(cuts.filter(({ from, to }) => from.startsWith('127.5.1') || to.startsWith('127.1.1'))).toEqual([]);
  });

  it('a zone without the writer, by the seed', () => {
    expect([0, 0.99].map((random) => zone(STOCK, 'other', random)!.name)).toEqual(['b', 'c']);
    expect(zone(STOCK, 'other', 0)!.writer).toBeNull();
    expect(zone(EMPTY, 'writer', 0)).toBeUndefined();
  });
});
