import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

const SUPPRESSION = /^\s*eslint-disable/;

/** A suppression tells the next reader why: `// eslint-disable-next-line rule -- reason`. */
const suppressionReason = {
  meta: { type: 'suggestion', schema: [], messages: { missing: 'Say why after the rule: `-- reason`.' } },
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const { value, loc } of sourceCode.getAllComments()) {
        if (!SUPPRESSION.test(value) || /\s--\s+\S/.test(value)) continue;
        // Column -1 lies before the comment, where it does not suppress this report itself.
        report({ messageId: 'missing', loc: { start: { ...loc.start, column: -1 }, end: loc.end } });
      }
    },
  }),
};

const ENVIRONMENT =
  'Read the environment in src/config only, and inject the namespace: @Inject(authConfig.KEY).';

const environmentBans = {
  'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT }],
};

const importBans = [
  {
    name: '@nestjs/common',
    importNames: ['forwardRef'],
    message:
      'Cut the cycle instead: a decorator low (src/common/access), an event, or a use case in src/modules/auth.',
  },
  ...['process', 'node:process'].map((name) => ({ name, importNames: ['env'], message: ENVIRONMENT })),
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { portcullis: { rules: { 'suppression-reason': suppressionReason } } },
    rules: {
      'portcullis/suppression-reason': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Ports are abstract classes, because Nest needs a token; what stands in for one need not extend it.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: 'error',
      complexity: ['error', 10],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      ...environmentBans,
      'no-restricted-imports': ['error', { paths: importBans }],
      'no-restricted-globals': [
        'error',
        {
          name: 'fetch',
          message:
            'Use the HttpClient of src/infrastructure/http-client: it has timeouts and guards against SSRF.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='console']",
          message: 'Inject the Logger of src/infrastructure/logging; a command writes to process.stdout.',
        },
      ],
    },
  },
  {
    files: ['src/config/**/*.ts', 'src/main.ts', 'src/cli/**/*.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['src/infrastructure/http-client/**/*.ts'], rules: { 'no-restricted-globals': 'off' } },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', '**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      complexity: 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      'max-lines': 'off',
    },
  },
  {
    files: ['test/**/*.ts', '**/*.spec.ts'],
    extends: [jest.configs['flat/recommended'], jest.configs['flat/style']],
    rules: {
      '@typescript-eslint/unbound-method': 'off',
      'jest/unbound-method': 'error',
      'jest/no-conditional-expect': 'error',
      'jest/expect-expect': [
        'error',
        { assertFunctionNames: ['expect*', 'assert*', '**.expect*', 'fc.assert'] },
      ],
    },
  },
  {
    // Their packages are not installed with ours, so their types are not there to be checked.
    files: ['bench/peers/**/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { __dirname: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
);
