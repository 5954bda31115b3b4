// Stands in for Electron's own default_app.asar, which a packaged Electron does not carry: lets `electron [flags] <app>`
// start the app in a folder.
// @ts-nocheck: it uses what Electron's own default app uses, which Electron's types leave out.
'use strict';
const { app } = require('electron');
const Module = require('node:module');
const path = require('node:path');

const folder = process.argv.slice(1).find((word) => !word.startsWith('-'));
if (folder === undefined) {
  process.stderr.write('usage: electron [flags] <app folder>\n');
  process.exit(2);
}
const target = path.resolve(folder);
const manifest = require(path.join(target, 'package.json'));
Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
app.setVersion(manifest.version);
app.setName(manifest.productName);
app.setAppPath(target);
const main = require.resolve(path.join(target, manifest.main));
Module._load(main, null, true);
