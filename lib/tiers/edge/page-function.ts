/** What a CloudFront Function may be in size, in bytes. */
const CODE_BYTES_MAX = 10_240;

/** Whether the page fits into the function that answers with it. */
export function pageFits(html: string): boolean {
  return Buffer.byteLength(pageFunction(html)) <= CODE_BYTES_MAX;
}

/**
 * The CloudFront Function that answers every request with the page, wherever it comes in. The status 503 tells programs
 * and search engines that this is not the application, and nobody keeps it.
 * @returns JavaScript of CloudFront's runtime 2.0
 */
export function pageFunction(html: string): string {
  const response = {
    statusCode: 503,
    statusDescription: 'Service Unavailable',
    headers: {
      'content-type': { value: 'text/html; charset=utf-8' },
      'cache-control': { value: 'no-store' },
      'retry-after': { value: '60' },
    },
    body: { encoding: 'text', data: html },
  };
  return `function handler() { return ${JSON.stringify(response)}; }\n`;
}
