/** The arrows of the architecture: cli -> review -> platforms -> constructs' interfaces -> linux -> practices, units. */
const layer = (path) => ({ path });
/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, pathNot: ["\\.d\\.ts$", "src/index\\.ts$", "^src/cli/main\\.ts$"] },
      to: {},
    },
    {
      name: "units-stand-alone",
      severity: "error",
      from: layer("^src/units/"),
      to: { path: "^src/", pathNot: "^src/(units/|errors\\.ts|cdktf\\.ts)" },
    },
    {
      name: "practices-know-units-only",
      severity: "error",
      from: layer("^src/practices/"),
      to: { path: "^src/", pathNot: "^src/(practices/|units/|errors\\.ts)" },
    },
    {
      name: "linux-knows-practices-and-units-only",
      severity: "error",
      from: layer("^src/linux/"),
      to: { path: "^src/", pathNot: "^src/(linux/|practices/|units/|errors\\.ts|checks\\.ts)" },
    },
    {
      name: "constructs-know-the-platform-interface-only",
      severity: "error",
      from: layer("^src/constructs/"),
      to: {
        path: "^src/",
        pathNot:
          "^src/(constructs/|linux/|practices/|units/|errors\\.ts|checks\\.ts|cdktf\\.ts|platforms/platform\\.ts$)",
      },
    },
    {
      name: "platforms-are-apart",
      severity: "error",
      from: layer("^src/platforms/([^/]+)/"),
      to: { path: "^src/platforms/[^/]+/", pathNot: "^src/platforms/$1/" },
    },
    {
      name: "platforms-do-not-know-the-cli",
      severity: "error",
      from: layer("^src/platforms/"),
      to: { path: "^src/(cli|review|stack)/" },
    },
    {
      name: "stack-stands-alone",
      severity: "error",
      from: layer("^src/stack/"),
      to: { path: "^src/", pathNot: "^src/stack/" },
    },
    {
      name: "constructs-bind-no-provider",
      severity: "error",
      from: layer("^src/(constructs|linux|practices|units|cli)/"),
      to: { path: "@cdktf/provider-|bindings/" },
    },
    {
      name: "one-door-to-cdktf",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(cdktf\\.ts|terraform-data\\.ts|stack/)" },
      to: { path: "node_modules/cdktf/" },
    },
    {
      name: "deep-imports-only",
      severity: "error",
      from: {},
      to: { path: "@cdktf/provider-(vsphere|libvirt)/lib/index\\.(js|d\\.ts)$" },
    },
    { name: "bindings-know-no-kit", severity: "error", from: layer("^bindings/"), to: { path: "^src/" } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { conditionNames: ["@virtuned/source", "import", "require", "node", "default", "types"] },
  },
};
