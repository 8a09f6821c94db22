import { defineConfig } from 'eslint/config';
import root from '../eslint.config.js';

// The package's rules, but for what it leaves to the app.
const rules = root.filter((part) => !('ignores' in part && Object.keys(part).length === 1));

export default defineConfig({ ignores: ['public/', 'generated/', 'node_modules/', 'test-results/'] }, rules, {
  languageOptions: { parserOptions: { tsconfigRootDir: import.meta.dirname } },
  files: ['**/*.ts', '**/*.tsx'],
  rules: {
    // Handlers of events are short.
    '@typescript-eslint/no-confusing-void-expression': [
      'error',
      { ignoreArrowShorthand: true, ignoreVoidOperator: true },
    ],
  },
});
