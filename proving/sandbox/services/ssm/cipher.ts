/** A SecureString read without decryption is cipher text. The key lives and dies with the process. */

import { createCipheriv, randomBytes } from 'node:crypto';

const key = randomBytes(32);

export function encrypted(value: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
}
