'use strict';
/**
 * Loaded with `--require` into functions and applications, so that unmodified clients (http, fetch, net, pg, the
 * SDK) follow the sandbox's DNS: dns.lookup uses getaddrinfo, which would ask the real network.
 *
 * SANDBOX_DNS    address:port of the caching stub
 * SANDBOX_ZONES  comma-separated zones that it answers for; amazonaws.com is always among them, so that a name
 *                the sandbox does not know fails instead of reaching the real AWS
 */
const dns = require('node:dns');
const { syncBuiltinESMExports } = require('node:module');

const server = process.env.SANDBOX_DNS;
const zones = ['amazonaws.com', ...(process.env.SANDBOX_ZONES ?? '').split(',')].filter(Boolean);
const resolver = new dns.Resolver({ timeout: 500, tries: 2 });
if (server) resolver.setServers([server]);

const systemLookup = dns.lookup;
const systemLookupPromise = dns.promises.lookup;
const systemResolve4 = dns.resolve4;
const systemResolve4Promise = dns.promises.resolve4;

function isOurs(hostname) {
  if (typeof hostname !== 'string') return false;
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return zones.some((zone) => name === zone || name.endsWith(`.${zone}`));
}

function notFound(hostname) {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  return Object.assign(error, { code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname });
}

function resolveOurs(hostname, callback) {
  if (!server) {
    process.nextTick(callback, notFound(hostname));
    return;
  }
  resolver.resolve4(hostname, (error, addresses) =>
    error ? callback(notFound(hostname)) : callback(null, addresses),
  );
}

function lookup(hostname, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  if (!isOurs(hostname)) return systemLookup(hostname, options, callback);
  const wanted = typeof options === 'number' ? { family: options } : { ...options };
  if (wanted.family === 6 || wanted.family === 'IPv6') {
    process.nextTick(done, notFound(hostname));
    return undefined;
  }
  resolveOurs(hostname, (error, addresses) => {
    if (error) done(error);
    else if (wanted.all)
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    else done(null, addresses[0], 4);
  });
  return undefined;
}

function lookupPromise(hostname, options) {
  if (!isOurs(hostname)) return systemLookupPromise(hostname, options);
  return new Promise((resolve, reject) => {
    lookup(hostname, options ?? {}, (error, address, family) => {
      if (error) reject(error);
      else resolve(Array.isArray(address) ? address : { address, family });
    });
  });
}

function resolve4(hostname, ...rest) {
  if (!isOurs(hostname) || !server) return systemResolve4(hostname, ...rest);
  return resolver.resolve4(hostname, ...rest);
}

function resolve4Promise(hostname, options) {
  if (!isOurs(hostname) || !server) return systemResolve4Promise(hostname, options);
  return new Promise((resolve, reject) => {
    resolver.resolve4(hostname, options ?? {}, (error, found) => (error ? reject(error) : resolve(found)));
  });
}

dns.lookup = lookup;
dns.promises.lookup = lookupPromise;
dns.resolve4 = resolve4;
dns.promises.resolve4 = resolve4Promise;
syncBuiltinESMExports();
