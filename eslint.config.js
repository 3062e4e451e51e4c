import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const uncompiled = ["launch.mjs", "eslint.config.js", "vitest.config.ts"];

export default defineConfig(
  globalIgnores(["node_modules", "dist", ".native", "data", "figures", "notebooks", "jupyter", "*.tmp"]),
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: uncompiled },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // a number in a message is written as it is
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
);
