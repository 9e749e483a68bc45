/**
 * MurmurHash3, x86, 32 bit, seed 0 (Appleby, smhasher): the hash of a key's bytes. A text stands for its bytes in
 * UTF-8, so a text and a byte array of the same bytes have the same hash, here and in every other language.
 */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const ASCII_MAX = 0x7f;

const encoder = new TextEncoder();
const SCRATCH_BYTES = 4096;
const scratch = new Uint8Array(SCRATCH_BYTES);

/** The hash of a text or of bytes, 0 to 2^32 - 1. Allocates nothing for ASCII text and for bytes. */
export function murmur3(key: string | Uint8Array): number {
  return murmur3Signed(key) >>> 0;
}

/** The same 32 bits as a signed number, which the engine never has to put on its heap. */
export function murmur3Signed(key: string | Uint8Array): number {
  return typeof key === 'string' ? hashText(key) : hashBytes(key, key.length);
}

function hashText(text: string): number {
  const length = text.length;
  const blocksEnd = length & ~3;
  let hash = 0;
  let at = 0;
  for (; at < blocksEnd; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    if ((a | b | c | d) > ASCII_MAX) return hashWide(text);
    hash = mixBlock(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  let tail = 0;
  for (let shift = 0; at < length; at += 1, shift += 8) {
    const code = text.charCodeAt(at);
    if (code > ASCII_MAX) return hashWide(text);
    tail |= code << shift;
  }
  return finish(hash, tail, length);
}

/** Text beyond ASCII goes through UTF-8. */
function hashWide(text: string): number {
  if (text.length * 3 > SCRATCH_BYTES) {
    const bytes = encoder.encode(text);
    return hashBytes(bytes, bytes.length);
  }
  return hashBytes(scratch, encoder.encodeInto(text, scratch).written);
}

function hashBytes(bytes: Uint8Array, length: number): number {
  const blocksEnd = length & ~3;
  let hash = 0;
  let at = 0;
  for (; at < blocksEnd; at += 4) {
    hash = mixBlock(
      hash,
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24),
    );
  }
  let tail = 0;
  for (let shift = 0; at < length; at += 1, shift += 8) tail |= bytes[at]! << shift;
  return finish(hash, tail, length);
}

function mixBlock(hash: number, block: number): number {
  let k = Math.imul(block, C1);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, C2);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** An empty tail mixes to 0 and changes nothing. */
function finish(hash: number, tail: number, length: number): number {
  let k = Math.imul(tail, C1);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, C2) ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
