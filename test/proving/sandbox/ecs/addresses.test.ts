import { afterEach, describe, expect, it } from 'vitest';
import { AddressBook } from '../../../../proving/sandbox/ecs/gateway/addresses.ts';

const books: AddressBook[] = [];

async function open(): Promise<AddressBook> {
  const book = await AddressBook.open();
  books.push(book);
  return book;
}

afterEach(() => {
  for (const book of books.splice(0)) book.close();
});

describe('the addresses of tasks', () => {
  it('of a zone are of one range, and hidden ones of another', async () => {
    const book = await open();
    const [first, second, other] = [book.take('a'), book.take('a'), book.take('b')];
    const range = (address: string) => address.split('.').slice(0, 3).join('.');
    expect(range(first.address)).toBe(range(second.address));
    expect(range(other.address)).not.toBe(range(first.address));
    expect(range(first.hidden)).not.toBe(range(first.address));
    expect(new Set([first, second, other].flatMap(({ address, hidden }) => [address, hidden])).size).toBe(6);
  });

  it('of two sandboxes never meet', async () => {
    const opened = await Promise.all([open(), open(), open(), open(), open()]);
    const addresses = opened.map((book) => book.take('a').address);
    expect(new Set(addresses).size).toBe(5);
  });

  it('come back as late as they can, and never while they are taken', async () => {
    const book = await open();
    const kept = book.take('a');
    const seen = new Set<string>();
    for (let turn = 0; turn < 249; turn++) {
      const taken = book.take('a');
      seen.add(taken.address);
      book.release(taken);
    }
    expect(seen.size).toBe(249);
    expect(seen).not.toContain(kept.address);
    expect(seen).toContain(book.take('a').address);
  });

  it('of a zone that has no more are refused with a fix', async () => {
    const book = await open();
    for (let count = 0; count < 250; count++) book.take('a');
    expect(() => book.take('a')).toThrow(/a has no address left: 250 tasks are there. Fix:/);
  });
});
