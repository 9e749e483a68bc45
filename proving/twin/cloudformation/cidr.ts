/** `Fn::Cidr`: cuts an address block into equal blocks. */

const COUNT_MAX = 256;

/**
 * @param block e.g. `10.0.0.0/16` or `2001:db8::/56`
 * @param count how many blocks, 1 to 256
 * @param bits size of each block: the number of host bits, e.g. 8 for a /24
 * @throws Error when the block is no address block or cannot hold `count` blocks of that size
 */
export function cutBlock(block: string, count: number, bits: number): string[] {
  const [address = '', prefix = ''] = block.split('/');
  const width = address.includes(':') ? 128 : 32;
  const start = width === 32 ? fromIpv4(address) : fromIpv6(address);
  const length = Number(prefix);
  if (start === null || prefix === '' || !Number.isInteger(length) || length < 0 || length > width) {
    throw new Error(`${block} is no address block`);
  }
  if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX) {
    throw new Error(`the count ${count} must be a whole number from 1 to ${COUNT_MAX}`);
  }
  const host = BigInt(width - length);
  if (!Number.isInteger(bits) || bits < 1 || BigInt(count) << BigInt(bits) > 1n << host) {
    throw new Error(`${block} cannot hold ${count} blocks of ${bits} bits`);
  }
  const base = (start >> host) << host;
  return Array.from({ length: count }, (_, index) => {
    const first = base + (BigInt(index) << BigInt(bits));
    return `${width === 32 ? toIpv4(first) : toIpv6(first)}/${width - bits}`;
  });
}

function fromIpv4(address: string): bigint | null {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return null;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function fromIpv6(address: string): bigint | null {
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return null;
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - front.length - back.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return null;
  const groups = [...front, ...Array.from({ length: gap }, () => '0'), ...back];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function toIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.');
}

function toIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => (address >> BigInt(112 - 16 * index)) & 0xffffn);
  const text = groups.map((group) => group.toString(16)).join(':');
  return text.replace(/(^|:)0(:0)+(:|$)/, '::');
}
