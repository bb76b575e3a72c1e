import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import * as catalogue from "../../src/practices";
import { type Practice, Severity, SOURCES, type Source } from "../../src/practices";

/** What the catalogue exports under names that end alike. */
function groups<T>(ending: string): Record<string, T> {
  return Object.fromEntries(Object.entries(catalogue).filter(([name]) => name.endsWith(ending))) as Record<string, T>;
}

const GROUPS = groups<Record<string, Practice>>("_PRACTICES");
const LIMITS = groups<Record<string, unknown>>("_LIMITS");

test("there are groups of practices and limits", () => {
  expect(Object.keys(GROUPS)).toContain("NETWORK_PRACTICES");
  expect(Object.keys(LIMITS)).toContain("NETWORK_LIMITS");
});

const PRACTICES: [string, Practice][] = Object.entries(GROUPS).flatMap(([group, practices]) =>
  Object.entries(practices).map(([key, practice]): [string, Practice] => [`${group}.${key}`, practice]),
);

const SOURCE_FOLDER = join(__dirname, "..", "..", "src");
const FILES = readdirSync(SOURCE_FOLDER, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(SOURCE_FOLDER, file), "utf8") }));
const OUTSIDE = FILES.filter(({ file }) => !file.startsWith(`practices${sep}`))
  .map(({ text }) => text)
  .join("\n");
const ALL = FILES.map(({ text }) => text).join("\n");

/** Whether `GROUP.key` is in a text, or `key` is taken out of `GROUP` by destructuring. */
function uses(text: string, group: string, key: string): boolean {
  return (
    new RegExp(`\\b${group}\\.${key}\\b`).test(text) ||
    [...text.matchAll(new RegExp(`\\{([^{}]*)\\}\\s*=\\s*${group}\\b`, "g"))].some(([, keys]) =>
      new RegExp(`(^|[\\s,])${key}\\b`).test(keys!),
    )
  );
}

describe.each(PRACTICES)("%s", (name, practice) => {
  test("has an id in kebab case", () => expect(practice.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/));

  test("says why, in words that a sentence can end with", () => {
    for (const text of [practice.reason, practice.consequence ?? "so"]) {
      expect(text).toMatch(/^[^\s].*[^\s.]$/s);
    }
    expect(practice.title).toMatch(/^\S.*[^\s.:]$/);
  });

  test("has a severity and a source of the list", () => {
    expect(Object.values(Severity)).toContain(practice.severity);
    expect(Object.values(SOURCES)).toContain(practice.source);
  });

  test("can't be changed", () => expect(Object.isFrozen(practice)).toBe(true));

  test("is used", () => {
    const [group, key] = name.split(".") as [string, string];
    expect(uses(OUTSIDE, group, key)).toBe(true);
  });
});

test("ids are there once", () => {
  const ids = PRACTICES.map(([, { id }]) => id);
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
});

describe.each(Object.entries(SOURCES) as [string, Source][])("source %s", (key, { title, url }) => {
  test("has a title and an address", () => {
    expect(title).toMatch(/^\S.*\S$/);
    expect(url).toMatch(/^https:\/\/\S+$/);
  });

  test("is cited", () => expect(uses(ALL, "SOURCES", key)).toBe(true));
});

test.each(
  Object.entries(LIMITS).flatMap(([group, limits]) =>
    Object.entries(limits).map(([key, value]) => [`${group}.${key}`, value]),
  ),
)("limit %s is used", (name) => {
  const [group, key] = String(name).split(".") as [string, string];
  expect(uses(ALL, group, key)).toBe(true);
});
