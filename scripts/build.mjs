// `npm run build`: makes the command line and the app runnable from out/.
import { build } from './lib/build.mjs';
import { checkNode, installNodePackages } from './lib/install.mjs';

checkNode();
await installNodePackages();
await build();
