/**
 * No circles of imports, not even of types: whoever reads one file of a circle has to read them all (decision 12). The layers
 * are eslint.layers.config.mjs's business.
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [{ name: 'no-circles', severity: 'error', from: {}, to: { circular: true } }],
  options: { tsPreCompilationDeps: true, exclude: 'node_modules' },
};
