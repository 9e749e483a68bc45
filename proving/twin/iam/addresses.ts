/** IP ranges as the IpAddress operator reads them. */

/** @returns false for anything that is no address or no range. A range without a length is one address. */
export function isInRange(address: string, range: string): boolean {
  const [base = '', length] = range.split('/');
  const network = bits(base);
  const host = bits(address);
  if (network === null || host === null || network.length !== host.length) return false;
  const size = length === undefined ? network.length : Number(length);
  if (!Number.isInteger(size) || size < 0 || size > network.length) return false;
  return network.slice(0, size) === host.slice(0, size);
}

function bits(address: string): string | null {
  const groups = address.includes(':') ? ipv6(address) : ipv4(address);
  const width = address.includes(':') ? 16 : 8;
  return groups?.map((group) => group.toString(2).padStart(width, '0')).join('') ?? null;
}

function ipv4(address: string): number[] | null {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return null;
  return parts.map(Number);
}

function ipv6(address: string): number[] | null {
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return null;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.map((group) => Number.parseInt(group, 16));
}
