import { openServicePool, readTaskMetadata } from '../../../runtime/index.ts';

const task = await readTaskMetadata(process.env['ECS_CONTAINER_METADATA_URI_V4']);
const { pool, close } = openServicePool({
  region: 'eu-west-1',
  namespace: process.env['UNDERSTUDY_NAMESPACE']!,
  service: 'shop',
  az: task?.az ?? null,
});

export async function product(id: number, deadlineMs: number): Promise<unknown> {
  const { status, body } = await pool.request({ method: 'GET', path: `/products/${id}`, deadlineMs });
  return status === 200 ? JSON.parse(new TextDecoder().decode(body)) : null;
}

process.once('SIGTERM', () => void close());
