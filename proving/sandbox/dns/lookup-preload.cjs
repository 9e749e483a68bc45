'use strict';
/**
 * Loaded with `--require` into functions and applications, so that unmodified clients (http, fetch, net, pg, the
 * SDK) follow the sandbox's DNS: dns.lookup uses getaddrinfo, which would ask the real network.
 *
 * The stub is asked for every name that can be a zone's, and says itself which zones are the sandbox's, those made
 * later included. A name that it refuses is looked up as ever.
 *
 * SANDBOX_DNS    address:port of the caching stub
 * SANDBOX_ZONES  comma-separated zones that never reach the real network, whatever the stub says; amazonaws.com is
 *                always among them, so that a name the sandbox does not know fails instead of reaching the real AWS
 */
const dns = require('node:dns');
const net = require('node:net');
const { syncBuiltinESMExports } = require('node:module');

const server = process.env.SANDBOX_DNS;
const zones = ['amazonaws.com', ...(process.env.SANDBOX_ZONES ?? '').split(',')].filter(Boolean);
const resolver = new dns.Resolver({ timeout: 500, tries: 2 });
if (server) resolver.setServers([server]);

const systemLookup = dns.lookup;
const systemLookupPromise = dns.promises.lookup;
const systemResolve4 = dns.resolve4;
const systemResolve4Promise = dns.promises.resolve4;

function plain(hostname) {
  return hostname.toLowerCase().replace(/\.$/, '');
}

/**
 * The SDK puts `data-` before the host of Cloud Map's data plane, an address included: that is the endpoint still.
 */
function behindPrefix(hostname) {
  const [, address] = /^data-(127(?:\.\d{1,3}){3})$/.exec(hostname) ?? [];
  return address;
}

/** A zone of the sandbox for certain. */
function isOurs(hostname) {
  const name = plain(hostname);
  return zones.some((zone) => name === zone || name.endsWith(`.${zone}`));
}

/** An address, `localhost` and the machine's own short name are no zone's. */
function isAsked(hostname) {
  if (typeof hostname !== 'string' || net.isIP(hostname) !== 0) return false;
  if (isOurs(hostname)) return true;
  const name = plain(hostname);
  return Boolean(server) && name.includes('.') && !name.endsWith('.localhost');
}

/** True when the stub has nothing to say of a name, as it is in no zone of the sandbox. */
function isForeign(hostname, error) {
  return !isOurs(hostname) && error.code === 'EREFUSED';
}

function notFound(hostname) {
  const error = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  return Object.assign(error, { code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname });
}

function lookup(hostname, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  const address = behindPrefix(hostname);
  if (address) return systemLookup(address, options, callback);
  if (!isAsked(hostname)) return systemLookup(hostname, options, callback);
  if (!server) {
    process.nextTick(done, notFound(hostname));
    return undefined;
  }
  const wanted = typeof options === 'number' ? { family: options } : { ...options };
  resolver.resolve4(hostname, (error, addresses) => {
    if (error && isForeign(hostname, error)) systemLookup(hostname, wanted, done);
    else if (error || wanted.family === 6 || wanted.family === 'IPv6') done(notFound(hostname));
    else if (wanted.all) {
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    } else done(null, addresses[0], 4);
  });
  return undefined;
}

function lookupPromise(hostname, options) {
  if (!isAsked(hostname) || behindPrefix(hostname)) {
    return systemLookupPromise(behindPrefix(hostname) ?? hostname, options);
  }
  return new Promise((resolve, reject) => {
    lookup(hostname, options ?? {}, (error, address, family) => {
      if (error) reject(error);
      else resolve(Array.isArray(address) ? address : { address, family });
    });
  });
}

function resolve4(hostname, ...rest) {
  if (!isAsked(hostname) || !server) return systemResolve4(hostname, ...rest);
  const done = rest.at(-1);
  return resolver.resolve4(hostname, ...rest.slice(0, -1), (error, found) => {
    if (error && isForeign(hostname, error)) systemResolve4(hostname, ...rest);
    else done(error, found);
  });
}

function resolve4Promise(hostname, options) {
  if (!isAsked(hostname) || !server) return systemResolve4Promise(hostname, options);
  return new Promise((resolve, reject) => {
    resolve4(hostname, options ?? {}, (error, found) => (error ? reject(error) : resolve(found)));
  });
}

dns.lookup = lookup;
dns.promises.lookup = lookupPromise;
dns.resolve4 = resolve4;
dns.promises.resolve4 = resolve4Promise;
syncBuiltinESMExports();
