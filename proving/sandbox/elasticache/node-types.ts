/** How much a node keeps: a part of what AWS's has, so that a whole cache fits this machine. */

const MIB = 1024 * 1024;
/** Memory of cache node types in GiB (ElastiCache guide, "Supported node types"). */
const GIB: Readonly<Record<string, number>> = {
  't4g.micro': 0.5,
  't4g.small': 1.37,
  't4g.medium': 3.09,
  't3.micro': 0.5,
  't3.small': 1.37,
  't3.medium': 3.09,
  'm7g.large': 6.38,
  'm6g.large': 6.38,
  'r7g.large': 13.07,
  'r6g.large': 13.07,
};
/** One MiB here for 16 there. */
const SCALE = 16;
const BYTES_MAX = 256 * MIB;

/** A type that is not in the list gets the most. */
export function memoryBytes(nodeType: string): number {
  const gib = GIB[nodeType.replace(/^cache\./, '')];
  return gib === undefined ? BYTES_MAX : Math.min(BYTES_MAX, Math.round((gib * 1024) / SCALE) * MIB);
}
