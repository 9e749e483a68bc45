#!/bin/sh
# Deploys the example environment into a sandbox and tries the stock tools on it. Needs `npm ci`.
# Tools that are not installed are listed as skipped. STOCK_TOOLS_STATE_DIR takes a sandbox that runs already.
set -eu
cd "$(dirname "$0")/../.."
PATH="$PWD/node_modules/.bin:$PATH" exec vitest run test/stock-tools "$@"
