// `npm run helper:build`: compiles the helper into native/build/Release.
import { buildHelper } from './lib/native.mjs';
import { checkNode, installNodePackages } from './lib/install.mjs';

checkNode();
await installNodePackages();
process.exit((await buildHelper()) ? 0 : 1);
