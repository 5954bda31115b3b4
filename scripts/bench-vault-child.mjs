// One cold measurement of bench-vault.mjs: node bench-vault-child.mjs BUNDLE HOME
import { pathToFileURL } from 'node:url';

const [bundle = '', home] = process.argv.slice(2);
const measure = await import(pathToFileURL(bundle).href);
process.stdout.write(JSON.stringify(await measure.measureUnlock(home)));
