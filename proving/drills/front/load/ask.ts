import { now, type Answer } from '../../load/client.ts';
import type { Door } from '../ports.ts';
import { DoorClient } from './client.ts';

/** One GET through the door, as any client sends it. Never rejects. */
export async function askDoor(door: Door, path: string, timeoutMs: number): Promise<Answer> {
  const client = new DoorClient(door, { perS: 1 });
  try {
    return await client.read(path, now() + timeoutMs);
  } finally {
    client.close();
  }
}
