/**
 * Which shard a key lives on, computed from what the cache's README says and from nothing else: the judge shares no
 * code with what it judges. MurmurHash3 (x86, 32 bit, seed 0; Appleby, smhasher) of the key's bytes, its low 16 bits,
 * modulo the number of shards.
 */

const SLOTS_MASK = 0xffffn;
const MASK = 0xffffffffn;
const C1 = 0xcc9e2d51n;
const C2 = 0x1b873593n;

export function shardOfKey(key: string, shards: number): number {
  return Number(murmur3(Buffer.from(key, 'utf8')) & SLOTS_MASK) % shards;
}

/** Slow and plain, over big integers: nothing here can overflow. */
export function murmur3(bytes: Uint8Array): bigint {
  const blocks = Math.floor(bytes.length / 4);
  let hash = 0n;
  for (let block = 0; block < blocks; block += 1) {
    hash ^= scrambled(littleEndian(bytes.subarray(block * 4, block * 4 + 4)));
    hash = (rotated(hash, 13n) * 5n + 0xe6546b64n) & MASK;
  }
  hash ^= scrambled(littleEndian(bytes.subarray(blocks * 4)));
  hash ^= BigInt(bytes.length);
  hash ^= hash >> 16n;
  hash = (hash * 0x85ebca6bn) & MASK;
  hash ^= hash >> 13n;
  hash = (hash * 0xc2b2ae35n) & MASK;
  return hash ^ (hash >> 16n);
}

function scrambled(block: bigint): bigint {
  return (rotated((block * C1) & MASK, 15n) * C2) & MASK;
}

function rotated(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (32n - bits))) & MASK;
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
