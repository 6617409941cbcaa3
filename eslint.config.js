import { builtinModules } from 'node:module';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Which layers a layer may import; the order is that of the table in README.md. */
const packages = {
  types: [],
  level: ['types'],
  'embedding-codec': [],
  compression: ['types', 'embedding-codec'],
  protocol: ['types', 'embedding-codec', 'compression'],
  federation: ['types', 'embedding-codec'],
  client: ['types', 'level', 'embedding-codec', 'compression', 'protocol', 'federation'],
  constellation: ['types', 'level', 'embedding-codec', 'compression', 'protocol', 'federation'],
  'transport-quic': ['types', 'embedding-codec', 'compression', 'protocol'],
  nats: [
    'types',
    'level',
    'embedding-codec',
    'compression',
    'protocol',
    'federation',
    'constellation',
  ],
  agentdb: ['types', 'level', 'embedding-codec', 'compression', 'protocol', 'federation', 'client'],
};
/** Private packages: what the apps, the tools and the tests share. */
const privatePackages = {
  data: ['types'],
  simulation: ['types', 'data'],
  'command-line': ['types', 'level'],
  'test-support': ['types'],
};
const shared = [...Object.keys(packages), 'data', 'simulation', 'command-line'];
const layers = {
  ...packages,
  ...privatePackages,
  app: shared,
  demo: [...shared, 'app'],
  tool: [...shared, 'app', 'test-support'],
};

function boundaries({ tests }) {
  const extra = tests
    ? [
        ...['layer:data', 'layer:simulation', 'layer:test-support', 'layer:constellation'],
        ...['layer:transport-quic', 'layer:app'],
      ]
    : [];
  return {
    '@nx/enforce-module-boundaries': [
      'error',
      {
        // What a package maps in the `imports` of its own package.json.
        // Engines of other packages pass the suites of the embedded ones.
        allow: ['^#', ...(tests ? ['/constellation/test/conformance/'] : [])],
        banTransitiveDependencies: true,
        depConstraints: [
          ...Object.entries(layers).map(([layer, below]) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: [layer, ...below]
              .map((name) => `layer:${name}`)
              .concat(extra),
          })),
          {
            sourceTag: 'runtime:any',
            onlyDependOnLibsWithTags: tests ? ['runtime:any', 'runtime:node'] : ['runtime:any'],
          },
          { sourceTag: 'runtime:node', onlyDependOnLibsWithTags: ['runtime:any', 'runtime:node'] },
        ],
      },
    ],
  };
}

/** Packages whose root runs in any JavaScript engine; only their src/node may need Node. */
const anyRuntime = [
  'types',
  'level',
  'embedding-codec',
  'compression',
  'protocol',
  'federation',
  'client',
];
const anyRuntimeSources = anyRuntime.map((name) => `packages/${name}/src/**/*.ts`);
const anyEngine = 'This source runs in any JavaScript engine; what needs Node lives in src/node.';
const nodeSources = anyRuntime.map((name) => `packages/${name}/src/node/**/*.ts`);

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/out-tsc/**',
      '**/node_modules/**',
      'packages/last-release/**',
      '**/*.js',
      '**/*.mjs',
      '.nx/**',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { '@nx': nx },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      ...boundaries({ tests: false }),
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...[
          ['Date', 'now'],
          ['Math', 'random'],
          ['performance', 'now'],
        ].map(([object, property]) => ({
          object,
          property,
          message: 'Inject a clock or a random source.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ":matches(NewExpression, CallExpression)[callee.name='Date'][arguments.length=0]",
          message: 'Inject a clock.',
        },
        {
          selector: 'ImportExpression',
          message: 'Import statically: the rules on imports read nothing else.',
        },
      ],
      'no-console': 'error',
    },
  },
  {
    // The one place of the packages that names the machine's clock and chance, as defaults.
    files: ['packages/types/src/system.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: anyRuntimeSources,
    ignores: nodeSources,
    rules: {
      'no-restricted-globals': [
        'error',
        {
          checkGlobalObject: true,
          globals: [
            'process',
            'Buffer',
            'require',
            '__dirname',
            '__filename',
            'global',
            'setImmediate',
          ].map((name) => ({ name, message: anyEngine })),
        },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: builtinModules.map((name) => ({ name, message: anyEngine })),
          patterns: [
            {
              group: ['node:*', '@mongodb-js/*', 'classic-level', '@omega-tv/*/node', '**/node/*'],
              message: anyEngine,
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/test/**/*.ts'],
    rules: {
      ...boundaries({ tests: true }),
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
