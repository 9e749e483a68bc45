'use strict';
/**
 * Loaded with `--require` into functions and applications, so that what unmodified clients (net, tls, pg) open to a
 * database member comes from an address of its own: the rules of the sandbox's network tell ends apart by it.
 *
 * SANDBOX_SOURCE  the loopback address to connect from
 * SANDBOX_ZONES   comma-separated zones of the sandbox's DNS; amazonaws.com is always among them
 *
 * 127.0.0.1, where the AWS endpoint, the DNS and the Runtime API are, is connected to as ever.
 */
const net = require('node:net');

const source = process.env.SANDBOX_SOURCE;
const zones = ['amazonaws.com', ...(process.env.SANDBOX_ZONES ?? '').split(',')].filter(Boolean);

function leadsToMembers(host) {
  if (typeof host !== 'string') return false;
  if (net.isIPv4(host)) return host.startsWith('127.') && host !== '127.0.0.1';
  const name = host.toLowerCase().replace(/\.$/, '');
  return zones.some((zone) => name === zone || name.endsWith(`.${zone}`));
}

function fromSource(options) {
  const isOurs = options && typeof options === 'object' && !options.path && !options.localAddress;
  return isOurs && leadsToMembers(options.host) ? { ...options, localAddress: source } : options;
}

const systemConnect = net.Socket.prototype.connect;

/** As net.Socket's: (options, listener), (port, host, listener), (path, listener), or Node's own [options, listener]. */
function connect(...args) {
  const [first, second, ...rest] = args;
  // Node marks the array that it passes itself, so it has to stay the same one.
  if (Array.isArray(first)) first[0] = fromSource(first[0]);
  else if (typeof first === 'object') args[0] = fromSource(first);
  else if (typeof second === 'string' && leadsToMembers(second)) {
    return systemConnect.call(this, { port: first, host: second, localAddress: source }, ...rest);
  }
  return systemConnect.apply(this, args);
}

if (source) net.Socket.prototype.connect = connect;
