/** IPv4 and IPv6 addresses as numbers, and the blocks they lie in. */

export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export interface Block {
  readonly bits: 32 | 128;
  readonly prefix: bigint;
  readonly shift: bigint;
}

/** Null for a text that is no address. */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** Null for a text that is no block, such as `10.0.0.0/33`. */
export function parseBlock(text: string): Block | null {
  const parts = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parts === null ? null : parseAddress(parts[1]!);
  const length = Number(parts?.[2]);
  if (address === null || length > address.bits) return null;
  const shift = BigInt(address.bits - length);
  return { bits: address.bits, prefix: address.value >> shift, shift };
}

export function inBlock(block: Block, text: string): boolean {
  const address = parseAddress(text);
  return address !== null && address.bits === block.bits && address.value >> block.shift === block.prefix;
}

function parseV4(text: string): Address | null {
  const bytes = text.split('.');
  if (bytes.length !== 4 || bytes.some((byte) => !/^(0|[1-9]\d{0,2})$/.test(byte) || Number(byte) > 255)) {
    return null;
  }
  return { bits: 32, value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n) };
}

function parseV6(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map(groupsOf);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => 0n), ...tail];
  return { bits: 128, value: groups.reduce((value, group) => (value << 16n) | group, 0n) };
}

/** The 16-bit groups of one side of `::`; the last may be an IPv4 address. */
function groupsOf(text: string): bigint[] | null {
  if (text === '') return [];
  const groups: bigint[] = [];
  for (const [index, part] of text.split(':').entries()) {
    if (part.includes('.') && index === text.split(':').length - 1) {
      const v4 = parseV4(part);
      if (v4 === null) return null;
      groups.push(v4.value >> 16n, v4.value & 0xffffn);
    } else if (/^[\da-fA-F]{1,4}$/.test(part)) {
      groups.push(BigInt(`0x${part}`));
    } else {
      return null;
    }
  }
  return groups;
}
