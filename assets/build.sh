#!/bin/sh
# Builds portal/static from the sources here. Run it after changing anything in assets/ and commit what it made.
set -eu
cd "$(dirname "$0")"
[ -d node_modules ] || npm ci --ignore-scripts --no-audit --no-fund
out=../portal/static
version() { node -p "require('./node_modules/$1/package.json').version"; }

node_modules/.bin/sass --no-source-map --style=compressed --no-charset --load-path=. --load-path=node_modules --quiet-deps \
  "src/public.scss:$out/public.css" "src/staff.scss:$out/staff.css"
cp js/*.js "$out/"
# The register's parts become one file each: one request on a poor signal, and nothing to import by a name that changes.
join() { cd js/register && sed -E '/^import /d; s/^export //' "$@" && cd ../..; }
join vault.js marks.js line.js book.js words.js view.js sheet.js scan.js main.js > "$out/register.js"
join vault.js worker.js > "$out/register-worker.js"
join vault.js leaving.js > "$out/register-leaving.js"
cp node_modules/htmx.org/dist/htmx.min.js "$out/htmx.min.js"
cp node_modules/jsqr/dist/jsQR.js "$out/jsqr.js"
cp node_modules/jsqr/LICENSE "$out/jsqr.LICENSE.txt"
# Imported by our modules under its own name, so the version is in the name: it can be cached for ever.
rm -f "$out"/govuk-frontend-*.min.js
cp node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js "$out/govuk-frontend-$(version govuk-frontend).min.js"
python3 art.py
