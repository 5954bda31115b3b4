// `npm run --silent sesamy -- …`: the command line from a checkout.
import fs from 'node:fs';
import path from 'node:path';

const built = path.resolve(import.meta.dirname, '../out/main/sesamy.cjs');
if (!fs.existsSync(built)) {
  process.stderr.write('sesamy is not built yet. Run: npm run build\n');
  process.exit(2);
}
await import(built);
