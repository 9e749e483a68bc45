'use strict';
/**
 * The runtime inside an execution environment: asks the Runtime API for the next invocation, calls the handler,
 * hands back what it gave. It does what AWS's Node 24 runtime does, over the same HTTP contract. CommonJS:
 * `import` of `node:http` loads 14 MB of it that nobody here uses, in every environment.
 */

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { format } = require('node:util');
const { pathToFileURL } = require('node:url');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const BASE = '/2018-06-01/runtime';
const JSON_LOGS = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const LEVELS = { log: 'INFO', info: 'INFO', debug: 'DEBUG', warn: 'WARN', error: 'ERROR', trace: 'TRACE' };

let requestId = '';

function call(method, route, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent, method, path: `${BASE}${route}`, headers };
    const request = http.request(options, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function described(error) {
  const known = error instanceof Error;
  return {
    errorType: known ? error.name : typeof error,
    errorMessage: known ? error.message : String(error),
    trace: known ? (error.stack ?? '').split('\n') : [],
  };
}

async function failed(route, error) {
  const body = described(error);
  await call('POST', route, JSON.stringify(body), { 'lambda-runtime-function-error-type': body.errorType });
}

class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

/** `_HANDLER` is `folder/file.export`; the file is ESM or CommonJS. */
async function loadHandler() {
  const [, module, name] = /^(.*?)\.([^./]+)$/.exec(process.env._HANDLER) ?? [];
  if (!module) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const base = path.resolve(process.env.LAMBDA_TASK_ROOT, module);
  const file = ['.js', '.mjs', '.cjs']
    .map((extension) => base + extension)
    .find((name) => fs.existsSync(name));
  if (!file) throw new RuntimeError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  const loaded = file.endsWith('.cjs') ? require(file) : await import(pathToFileURL(file).href);
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler !== 'function') {
    throw new RuntimeError('Runtime.HandlerNotFound', `${process.env._HANDLER} is undefined or not exported`);
  }
  if (handler.length > 2) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    );
  }
  return handler;
}

function patchConsole() {
  for (const [method, level] of Object.entries(LEVELS)) {
    const stream = level === 'ERROR' || level === 'WARN' ? process.stderr : process.stdout;
    console[method] = (...args) => {
      const timestamp = new Date().toISOString();
      const message = format(...args);
      const line = JSON_LOGS
        ? JSON.stringify({ timestamp, level, requestId, message })
        : `${timestamp}\t${requestId}\t${level}\t${message.replaceAll('\n', '\r')}`;
      stream.write(`${line}\n`);
    };
  }
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

async function serve(handler) {
  for (;;) {
    const next = await call('GET', '/invocation/next');
    requestId = next.headers['lambda-runtime-aws-request-id'];
    process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
    try {
      const result = await handler(JSON.parse(next.body), contextOf(next.headers));
      await call('POST', `/invocation/${requestId}/response`, JSON.stringify(result ?? null));
    } catch (error) {
      console.error('Invoke Error', described(error).trace.join('\n') || String(error));
      await failed(`/invocation/${requestId}/error`, error);
    }
  }
}

function crash(kind) {
  return async (error) => {
    console.error('Uncaught Exception', described(error).trace.join('\n'));
    await failed(`/invocation/${requestId}/error`, new RuntimeError(kind, described(error).errorMessage));
    process.exit(129);
  };
}

async function main() {
  patchConsole();
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    console.error('Uncaught Exception', described(error).trace.join('\n'));
    await failed('/init/error', error);
    process.exit(1);
  }
  process.on('uncaughtException', crash('Runtime.UncaughtException'));
  process.on('unhandledRejection', crash('Runtime.UnhandledPromiseRejection'));
  await serve(handler);
}

// Without its Runtime API there is nobody left to tell.
main().catch(() => process.exit(1));
