const { availableParallelism } = require("node:os");

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["@virtuned/source", "node", "require", "default"] },
  roots: ["<rootDir>/test"],
  // Deployments wait for guests and providers most of the time.
  maxWorkers: Math.max(3, availableParallelism() - 1),
  testMatch: ["**/*.test.ts"],
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  snapshotFormat: { escapeString: false, printBasicPrototype: false },
};
