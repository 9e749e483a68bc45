import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../../../core/ports/index.ts';

/** Structured lines on stdout, one a message. */
export function powertoolsLog(serviceName: string): Log {
  const logger = new Logger({ serviceName });
  return {
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    warn: (message, fields = {}) => logger.warn(message, { ...fields }),
    error: (message, fields = {}) => logger.error(message, { ...fields }),
  };
}
