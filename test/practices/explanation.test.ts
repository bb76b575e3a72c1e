import { Decision, Explanation, type Practice, Severity, TuningLog } from "../../src/practices";

const PRACTICE: Practice = {
  id: "disk-queues",
  title: "Queues",
  reason: "each vCPU submits its own requests",
  severity: Severity.ADVICE,
  source: { title: "the manual", url: "https://example.org/manual" },
};

function logged(subject: string): TuningLog {
  const log = new TuningLog(subject);
  log.record(PRACTICE, "driver.queues", 4);
  log.record({ ...PRACTICE, source: { title: "a book" } }, "driver.cache", "none", "as the program says", true);
  return log;
}

describe("a log", () => {
  test("keeps value, reason, decision and source", () => {
    expect(logged("vm/data").settings).toEqual([
      {
        subject: "vm/data",
        setting: "driver.queues",
        value: "4",
        decision: Decision.TUNED,
        why: "each vCPU submits its own requests",
        practice: "disk-queues",
        source: "the manual",
        url: "https://example.org/manual",
      },
      {
        subject: "vm/data",
        setting: "driver.cache",
        value: "none",
        decision: Decision.GIVEN,
        why: "as the program says",
        practice: "disk-queues",
        source: "a book",
      },
    ]);
  });

  test("says the last of what is said twice", () => {
    const log = logged("vm/data");
    log.record(PRACTICE, "driver.queues", 8);
    expect(log.settings.map(({ setting, value }) => [setting, value])).toEqual([
      ["driver.queues", "8"],
      ["driver.cache", "none"],
    ]);
  });
});

describe("an explanation", () => {
  const explanation = new Explanation(
    ["vm", "vm/data", "vm/data/part", "vm/database"].flatMap((of) => logged(of).settings),
  );

  test("of one subject has what is inside it, and nothing that is only called alike", () => {
    const subjects = new Set(explanation.of("vm/data").settings.map(({ subject }) => subject));
    expect([...subjects]).toEqual(["vm/data", "vm/data/part"]);
  });

  test("gives values by their settings", () => {
    expect(explanation.value("driver.queues")).toBe("4");
    expect(explanation.value("driver.queues", "vm/data")).toBe("4");
    expect(explanation.value("driver.queues", "vm/other")).toBeUndefined();
    expect(explanation.value("driver.other")).toBeUndefined();
  });

  test("is a table", () => {
    expect(explanation.of("vm/database").toTable()).toMatchInlineSnapshot(`
"  SETTING        VALUE         WHY                                 SOURCE

vm/database
  driver.queues  4             each vCPU submits its own requests  the manual
  driver.cache   none (given)  as the program says                 a book"
`);
  });

  test.each([60, 80, 140])("fits into %i columns: reasons are wrapped within theirs", (width) => {
    const why = "word ".repeat(60).trim();
    const log = new TuningLog("vm");
    log.record(PRACTICE, "a", 1, why);
    const [header, , , ...lines] = new Explanation(log.settings).toTable({ width }).split("\n");
    const [from, to] = [header!.indexOf("WHY"), header!.indexOf("SOURCE")];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(lines.slice(1).every((line) => line.slice(0, from).trim() === "")).toBe(true);
    expect(lines.map((line) => line.slice(from, to).trim()).join(" ")).toBe(why);
  });

  test("of nothing says so", () => expect(new Explanation([]).toTable()).toBe("Nothing was tuned."));

  test("is the table as text, and the settings as JSON", () => {
    expect(`${explanation}`).toBe(explanation.toTable());
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation.settings);
  });
});
